select
    'Offer ' || numbers.n as name,
    numbers.n + 0.25 as price,
    numbers.n as stock,
    md5(numbers.n::text)::uuid as code,
    date '2024-01-01' + numbers.n as made_on,
    jsonb_build_object('n', numbers.n) as details
from generate_series(1, 10) as numbers (n)
