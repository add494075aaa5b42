"""The table of ``batch_operations/person.yml``."""

from support.database.database import Database


def create_people(database: Database) -> None:
    """Make the table ``person`` with five people of Bern, of whom the third cannot move to Atlantis."""
    database.execute(
        """
        create table person (
            id bigint primary key,
            email text unique,
            city text check (city <> 'Atlantis' or id <> 3)
        );
        insert into person select n, 'person' || n || '@example.com', 'Bern' from generate_series(1, 5) as n;
        """
    )


def tell_addresses(database: Database) -> None:
    """Make the second person refuse to move, in words that quote their address."""
    database.execute(
        """
        create function tell() returns trigger language plpgsql as $$
        begin raise exception 'no, %, you stay', new.email; end $$;
        create trigger tell before update on person for each row when (old.id = 2) execute function tell();
        """
    )
