class _belt_m_numbers:
    Number = (int, float)
    Complex = (int, float)
    Real = (int, float)
    Rational = int
    Integral = int
_belt_m_numbers = _belt_m_numbers()
