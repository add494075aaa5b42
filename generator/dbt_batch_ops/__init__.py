"""Turn batch operation specs into dbt macros.

Data goes one way: ``spec`` (YAML text to a validated model), ``sql`` (everything that understands SQL),
``plan`` (the model as pure data: statements, parameters, hash), ``render`` (plan to files) and ``cli``.
"""

__version__ = "0.1.0"
