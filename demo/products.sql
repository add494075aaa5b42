-- The catalogue, empty: its rows come from a file.
create table public.product (
    id bigint generated always as identity primary key,
    sku text not null unique,
    name varchar(40) not null,
    price numeric(10, 2) not null,
    category text not null
);
