select
    numbers.id,
    'kind ' || numbers.id as kind
from generate_series(3, 12) as numbers (id)
