// A far end made of npm's smpp: takes what is submitted, reports nothing, answers query_sm and cancel_sm.
// Each number ends by its last digit: 1 is delivered, 2 undeliverable, 3 is still on its way and can be called back.
const smpp = require('smpp');

const taken = new Map();
const states = { 1: 2, 2: 5, 3: 1 };

const server = smpp.createServer((session) => {
  session.on('bind_transceiver', (pdu) => session.send(pdu.response({ system_id: 'node' })));
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); });
  session.on('submit_sm', (pdu) => {
    const id = `node-${taken.size + 1}`;
    taken.set(id, { state: states[pdu.destination_addr.slice(-1)], source: pdu.source_addr });
    session.send(pdu.response({ message_id: id }));
  });
  session.on('query_sm', (pdu) => {
    const kept = taken.get(pdu.message_id);
    if (!kept || kept.source !== pdu.source_addr) {
      session.send(pdu.response({ command_status: smpp.ESME_RQUERYFAIL }));
      return;
    }
    const final = kept.state === 1 ? '' : '260302110000000+';
    session.send(pdu.response({
      message_id: pdu.message_id, final_date: final, message_state: kept.state, error_code: kept.state === 5 ? 7 : 0,
    }));
  });
  session.on('cancel_sm', (pdu) => {
    const kept = taken.get(pdu.message_id);
    const may = kept && kept.state === 1 && kept.source === pdu.source_addr;
    if (may) kept.state = 4;
    session.send(pdu.response({ command_status: may ? 0 : smpp.ESME_RCANCELFAIL }));
  });
  session.on('error', () => {});
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
