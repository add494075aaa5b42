{{ config(materialized="table", post_hook="alter table {{ this }} add primary key (id)") }}

select
    numbers.id,
    0 as touched
from generate_series(1, 25) as numbers (id)
