"""When does a new campaign become ready?"""

from antiphon.core.price import Prices
from antiphon.services import calculation
from antiphon.store.session import Store


async def run_once(store: Store, prices: Prices) -> int:
    """One bounded step for every campaign that is being calculated."""
    return await calculation.calculate(store, prices)
