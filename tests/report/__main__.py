"""`python -m tests.report` lives through twenty years with something worth doing in them, and twenty without."""

from tests.report.year import year

SEEDS, WEEKS, WITHIN = 20, 52, 8

planted = [year(seed, WEEKS) for seed in range(SEEDS)]
plain = [year(seed, WEEKS, planted=False) for seed in range(SEEDS)]
for seed, lived in enumerate(planted):
    print(f"{seed:2}:", ", ".join(f"{kind} in mail {number}" for (kind, _), number in sorted(lived.found_by.items())))
print(f"all three within {WITHIN} weeks: {sum(lived.found_all(WITHIN) for lived in planted)} of {SEEDS}")
for what, years in (("planted", planted), ("nothing planted", plain)):
    print(
        f"{what}: {sum(each.alarmed for each in years)} of {sum(each.mails for each in years)} mails with a false alarm"
    )
