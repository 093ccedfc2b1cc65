from datetime import UTC, datetime

AT = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)
NIK = "3324015505900001"
NAME = "Wartiningsih Kusumaningrum"
