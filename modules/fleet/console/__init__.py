"""The fleet for operators: list, matrix, facts of one, changes for many, the digest."""
