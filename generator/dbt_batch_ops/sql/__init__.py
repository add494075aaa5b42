"""Everything that understands SQL: types, literals, expressions, parameters."""
