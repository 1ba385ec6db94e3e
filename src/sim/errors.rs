//! The errors the world raises, under the field's names.
//!
//! The interpreter knows built-in exception types only, so each name is an alias, set in the prelude, of a built-in that
//! designs have no other use for. Reports always say the field's name.

/// An error a world call can end with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    UniqueViolation,
    ForeignKeyViolation,
    NotNullViolation,
    CheckViolation,
    /// The transaction lost a race and was rolled back; trying again is right.
    SerializationFailure,
    Deadlock,
    /// `NOWAIT` met a lock.
    LockNotAvailable,
    /// No answer came: the call may or may not have taken effect.
    Timeout,
    /// The call was not executed.
    ServiceUnavailable,
    /// The call was executed and refused.
    Rejected,
    /// A statement that cannot run: SQL that does not parse, names there are not, parameters that do not fit.
    SqlError,
    /// The call itself is wrong: unknown method, wrong arguments.
    Misuse,
}

impl Fault {
    pub const ALL: [Fault; 12] = [
        Fault::UniqueViolation,
        Fault::ForeignKeyViolation,
        Fault::NotNullViolation,
        Fault::CheckViolation,
        Fault::SerializationFailure,
        Fault::Deadlock,
        Fault::LockNotAvailable,
        Fault::Timeout,
        Fault::ServiceUnavailable,
        Fault::Rejected,
        Fault::SqlError,
        Fault::Misuse,
    ];

    /// The name learners write and read.
    pub fn name(self) -> &'static str {
        match self {
            Fault::UniqueViolation => "UniqueViolation",
            Fault::ForeignKeyViolation => "ForeignKeyViolation",
            Fault::NotNullViolation => "NotNullViolation",
            Fault::CheckViolation => "CheckViolation",
            Fault::SerializationFailure => "SerializationFailure",
            Fault::Deadlock => "Deadlock",
            Fault::LockNotAvailable => "LockNotAvailable",
            Fault::Timeout => "Timeout",
            Fault::ServiceUnavailable => "ServiceUnavailable",
            Fault::Rejected => "Rejected",
            Fault::SqlError => "SqlError",
            Fault::Misuse => "TypeError",
        }
    }

    /// What the name means, for `belt api`.
    pub fn meaning(self) -> &'static str {
        match self {
            Fault::UniqueViolation => "a unique or primary key already holds this value; nothing was written",
            Fault::ForeignKeyViolation => "a row this one refers to does not exist, or is still referred to",
            Fault::NotNullViolation => "a column that must have a value got none",
            Fault::CheckViolation => "a CHECK constraint refused the row",
            Fault::SerializationFailure => "the transaction lost a race and was rolled back; run it again",
            Fault::Deadlock => "two transactions waited for each other and this one was rolled back",
            Fault::LockNotAvailable => "FOR UPDATE NOWAIT met a lock held by somebody else",
            Fault::Timeout => "no answer came; the call may or may not have taken effect",
            Fault::ServiceUnavailable => "the call was not executed; trying again later is safe",
            Fault::Rejected => "the call was executed and refused, for the reason in the message",
            Fault::SqlError => "the statement cannot run: it does not parse, or names what there is not",
            Fault::Misuse => "the call itself is wrong",
        }
    }

    pub fn from_name(name: &str) -> Option<Fault> {
        Fault::ALL.into_iter().find(|f| f.name() == name)
    }
}

/// Names the prelude gives to built-in types. `IntegrityError` catches the four violations, as in DB-API drivers.
pub const PRELUDE: &str = "\
import re as _belt_re
import binascii as _belt_binascii
from dataclasses import FrozenInstanceError as _belt_frozen
IntegrityError = OSError
UniqueViolation = FileExistsError
ForeignKeyViolation = FileNotFoundError
NotNullViolation = IsADirectoryError
CheckViolation = NotADirectoryError
SerializationFailure = _belt_binascii.Error
Deadlock = UnicodeEncodeError
LockNotAvailable = UnicodeDecodeError
Timeout = _belt_re.PatternError
TimeoutError = Timeout
ServiceUnavailable = _belt_frozen
ConnectionError = ServiceUnavailable
Rejected = ModuleNotFoundError
SqlError = OverflowError
";
