//! The parser's errors in the words of somebody who writes a design, not a parser.

use granit_parser::{ErrorKind, ScanError};

use super::find_outside_comments;
use crate::submission::Fault;

const ALIGN: &str = "line it up with the fields it belongs to, two spaces a level, and no tabs";
const CLOSE_QUOTE: &str =
    "close it on the line it was opened in; write an apostrophe inside single quotes twice (`''`)";
const QUOTE: &str = "put the whole value in quotes, or write it under `|` on lines of its own";

/// `previous_end` is where the last thing that could be read ends.
pub(super) fn fault(source: &str, error: &ScanError, previous_end: usize) -> Fault {
    use ErrorKind as E;
    let at = error.marker().byte_offset().unwrap_or(0).min(source.len());
    let here =
        at..source[at..].chars().next().filter(|next| !next.is_control()).map_or(at, |next| at + next.len_utf8());
    let (message, help) = match error.kind() {
        E::TabNotAllowed
        | E::TabInBlockIndentation
        | E::TabAtBlockScalarStart
        | E::TabInIndentation
        | E::TabInPlainScalar => {
            return tab(source, at);
        }
        E::InvalidIndentation
        | E::ExpectedBlockMappingKey
        | E::ExpectedBlockSequenceEntry
        | E::InvalidBlockScalarIndent => {
            ("the indentation of this line does not fit the lines above it".to_owned(), ALIGN)
        }
        E::MappingValueNotAllowed | E::InvalidColonPlacement | E::InvalidMappingValueWhitespace => (
            "a `:` where no field can start".to_owned(),
            "put a value with `: ` in it in quotes; a new field starts on a line of its own",
        ),
        E::UnexpectedCharacter { character } if character.is_control() => {
            (format!("the control character U+{:04X} is not allowed in a file", u32::from(*character)), "remove it")
        }
        E::UnexpectedCharacter { character } => (format!("a value cannot start with `{character}`"), QUOTE),
        E::UnclosedQuotedScalar | E::InvalidQuotedScalarIndent | E::DocumentIndicatorInQuotedScalar => {
            // The parser notices at the end; what helps is where it began.
            let start = find_outside_comments(source, previous_end.min(at)..at, b"'\"").unwrap_or(at);
            return Fault::new(start..(start + 1).min(source.len()), "this quote is not closed", CLOSE_QUOTE);
        }
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidLowSurrogateHexEscape
        | E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate
        | E::InvalidUnicodeEscape => (
            "text in double quotes holds an escape that YAML does not have".to_owned(),
            "use single quotes, or write the backslash twice",
        ),
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => (
            "text goes on after the closing quote".to_owned(),
            "put the whole value in quotes; inside single quotes write a quote twice (`''`)",
        ),
        E::UnexpectedEofFlowSequence
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofImplicitFlowMapping
        | E::ExpectedFlowMappingSeparator
        | E::ExpectedFlowSequenceSeparator
        | E::InvalidFlowScalarIndent => ("a `[` or `{` is not closed, or a `,` is missing".to_owned(), QUOTE_BRACKETS),
        E::UnclosedFlowCollection { open } => (format!("this `{open}` is not closed"), QUOTE_BRACKETS),
        E::MismatchedFlowCollectionEnd { open, close } => (format!("`{open}` is closed by `{close}`"), QUOTE_BRACKETS),
        E::MisplacedFlowCollectionEnd => {
            ("a closing bracket without an opening one".to_owned(), "remove it, or put the value in quotes")
        }
        E::BlockSequenceEntryNotAllowed | E::InvalidBlockEntryWhitespace | E::BlockEntryInFlowCollection => (
            "a list item cannot start here".to_owned(),
            "put each `- item` on a line of its own, under the field's name",
        ),
        E::CommentInterceptedScalar => (
            "text goes on below this comment".to_owned(),
            "a field below it starts in the same column as this one; a value of several lines goes under `|`",
        ),
        E::InvalidBlockScalarHeader | E::ZeroBlockScalarIndent => {
            ("unexpected text after `|` or `>`".to_owned(), "start the text on the next line, indented")
        }
        E::SimpleKeyExpected | E::InvalidSimpleKey => {
            ("expected `name: value`".to_owned(), "put a `: ` after the field's name, on the same line")
        }
        E::RecursionLimitExceeded => ("too many levels inside one another".to_owned(), "flatten this part of the file"),
        E::UnsupportedYamlMajorVersion => {
            ("this version of YAML is not known, expected 1.2".to_owned(), "remove the `%YAML` line")
        }
        _ => (format!("not valid YAML: {}", error.info()), QUOTE),
    };
    Fault::new(here, message, help)
}

const QUOTE_BRACKETS: &str = "close it; put text that holds brackets or braces in quotes";

/// The parser names the value that the tab spoils; the tab itself is what helps.
fn tab(source: &str, at: usize) -> Fault {
    let line = source[..at].rfind(['\n', '\r']).map_or(0, |before| before + 1);
    let from = if source[line..at].contains('\t') { line } else { at };
    let at = source[from..].find('\t').map_or(at, |offset| from + offset);
    let end = at + source[at..].bytes().take_while(|byte| *byte == b'\t').count();
    Fault::new(at..end, "a tab where YAML allows only spaces", "replace tabs by spaces, two a level")
}
