"""Indonesia's provinces, regencies, districts and villages with the codes of the Ministry of Home Affairs.

Pure data, no database. `regions.gz` is made by `build.py`; README.md names its source and licence. The 514 regencies
stay in memory; the districts and villages of one are read from its own few kilobytes of the file and not kept.
"""

from tenants.regions.catalogue import (
    SANDBOX,
    DistrictInfo,
    ProvinceInfo,
    RegencyInfo,
    UnknownRegency,
    VillageInfo,
    districts,
    provinces,
    regencies,
    regency,
    villages,
)
from tenants.regions.subdomains import SubdomainRefused, check_subdomain, suggest_subdomain

__all__ = [
    "SANDBOX",
    "DistrictInfo",
    "ProvinceInfo",
    "RegencyInfo",
    "SubdomainRefused",
    "UnknownRegency",
    "VillageInfo",
    "check_subdomain",
    "districts",
    "provinces",
    "regencies",
    "regency",
    "suggest_subdomain",
    "villages",
]
