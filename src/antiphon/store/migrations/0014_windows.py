"""What is known of the place of who is written to."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("messages", sa.Column("time_zone", sa.Text))
