"""Run the command line as ``python -m dbt_batch_ops``."""

from dbt_batch_ops.cli.main import main

if __name__ == "__main__":
    main()
