-- no claims, empty claims, garbage: NULL, and never an error
select muster.uid(), muster.jwt(), muster.role();
select claims, muster.is_json(claims) as json, set_config('request.jwt.claims', claims, false) is null as unset,
  muster.uid(), muster.role()
from (values
  (''),
  ('null'),
  ('[]'),
  ('7'),
  ('"sub"'),
  ('garbage'),
  ('{"sub":'),
  ('{"sub": 7, "role": null}'),
  ('{"sub": {"sub": "00000000-0000-0000-0000-000000000001"}, "role": "anon"}'),
  ('{"user_metadata": {"sub": "00000000-0000-0000-0000-000000000001"}}'),
  ('{"sub": "00000000-0000-0000-0000-00000000000g"}'),
  ('{"sub": "{00000000-0000-0000-0000-000000000001}"}'),
  ('{"sub": "00000000-0000-0000-0000-000000000001\n"}'),
  ('{"sub": "\u0000"}'),
  ('{"sub": "\ud800"}'),
  ('{"n": 1e999999, "sub": "00000000-0000-0000-0000-000000000001"}'),
  ('{"sub": "00000000-0000-0000-0000-000000000001", "role": "authenticated"}'),
  ('{"sub": "ABCDEF00-0000-0000-0000-000000000001", "role": "authenticated", "amr": [{"method": "password"}]}')
) as given (claims);
select set_config('request.jwt.claims', repeat('[', 100000), false) is null as unset;
select muster.uid(), muster.jwt(), muster.role();

reset request.jwt.claims;
select muster.uid() is null as gone;
