"""The table of ``batch_operations/claim.yml``."""

from support.database.database import Database


def create_claims(database: Database, count: int) -> None:
    """Make the table ``claim`` with open claims whose amount is their id."""
    database.execute(
        f"""
        create table claim (
            id bigint primary key,
            state text not null default 'open' check (state in ('open', 'approved', 'refused')),
            amount numeric(10, 2) not null check (amount < 10000),
            decided_by text,
            decided_at timestamptz
        );
        insert into claim (id, amount) select n, n from generate_series(1, {count}) as n;
        analyze claim;
        """
    )


def states(database: Database) -> dict[str, int]:
    """Return how many claims are in which state."""
    return dict(database.rows("select state, count(*) from claim group by state"))
