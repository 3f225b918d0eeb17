"""Is that a phone number? Asked of every form; numbers are kept as people write them from abroad: `+44 20 7946 0123`.

The plans of all countries come with `phonenumbers`, Google's library: what it takes for possible is taken here. A
number without its country's code is read by the region that the form, the clock or the team tells.
"""

from __future__ import annotations

import re

from leadlight.words import N_

WRITTEN = re.compile(r"\+?\(?[0-9][0-9 ()./-]{4,30}[0-9]")
AS_WRITTEN = N_("Please write the number with digits, such as +44 20 7946 0123.")
WITH_CODE = N_("Please write the number with its country code, such as +44 20 7946 0123.")


def read_phone(text: str, region: str | None) -> str:
    """The number as dialled from abroad; as written where no country is known to read it by.

    Raises ValueError with what to do.

    >>> read_phone("(020) 7946 0123", "GB")
    '+44 20 7946 0123'
    """
    if not WRITTEN.fullmatch(text):
        raise ValueError(AS_WRITTEN)
    if not (region or text.startswith(("+", "00"))):
        return text
    # Imported late: few forms that are sent hold a number, and its plans take longer to load than a submit takes.
    import phonenumbers  # noqa: PLC0415 see the line above

    dialled = f"+{text[2:]}" if text.startswith("00") and not region else text
    try:
        number = phonenumbers.parse(dialled, region)
    except phonenumbers.NumberParseException as error:
        raise ValueError(WITH_CODE) from error
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise ValueError(WITH_CODE)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
