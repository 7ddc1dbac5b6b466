//! What each code means and how it is repaired, one sentence each: the texts behind machine formats.

use crate::diagnostic::Code;

/// One code in two sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What is wrong.
    pub cause: &'static str,
    /// What to do about it.
    pub repair: &'static str,
}

/// The explanation of a code. The guide has a section on each, with an example.
pub fn explain(code: Code) -> Explanation {
    let (cause, repair) = match code {
        Code::UnfilledPlaceholder => (
            "A required placeholder of a template has no fact.",
            "Add the line that the message shows to the facts file, or list the section under `optional-sections`.",
        ),
        Code::UnfilledSection => (
            "An optional section has no facts and was left out of the book.",
            "Nothing needs to be done; give it facts, or list it under `required`, to have it in the book.",
        ),
        Code::UnknownFact => {
            ("Something names a fact that is not there.", "Correct the name, or add the fact to the facts file.")
        }
        Code::UnusedFact => (
            "A fact is shown nowhere in the book.",
            "Correct its key to an address that the template has, or remove it.",
        ),
        Code::AmbiguousAddress => (
            "Two keys, or two placeholders, mean the same address.",
            "Keep one of the two keys, or tell the two placeholders apart by their labels.",
        ),
        Code::WrongForm => (
            "A value cannot stand at the place that its address is.",
            "Write the value in the form that the message asks for.",
        ),
        Code::InvalidToml => ("A facts file is not valid TOML.", "Correct the syntax at the place shown."),
        Code::MissingFactsFile => (
            "A facts file is not there.",
            "Run `mdbook-database init` to have one written, or correct `facts` in `book.toml`.",
        ),
        Code::UnknownOption => (
            "`[preprocessor.database]` in `book.toml` has a key or a value that does not exist.",
            "Correct it to the nearest name that the message gives, or remove it.",
        ),
        Code::UnknownTable => (
            "A reference names a table that the schema does not have.",
            "Correct the name, or describe the table under `[tables]`.",
        ),
        Code::UnknownColumn => (
            "A reference names a column that its table does not have.",
            "Correct the name, or add the column to its table.",
        ),
        Code::UnansweredTopic => (
            "No fact answers a topic that stands under a label.",
            "Add a fact at its address, or `[]` to leave the topic out.",
        ),
        Code::UndeclaredTemplate => (
            "A chapter looks like a template and is not declared to be one, so nothing in it is filled.",
            "Begin it with `<!-- template -->`, or list it under `templates` in `book.toml`.",
        ),
        Code::BracketedDefinition => (
            "Markdown reads `[name]: [text]` as a link definition and does not show it.",
            "Write the label in bold, as in `- **Endpoint:** [URL]`.",
        ),
        Code::HiddenPlaceholder => (
            "Markdown turns a placeholder into a link, so it is not filled.",
            "Put the bracket into a code span, or a space between it and the parenthesis.",
        ),
        Code::IncludedPlaceholder => (
            "mdBook includes a file with placeholders in a template that was filled before.",
            "Set `after = [\"links\"]` in `[preprocessor.database]`, so that the program sees what is included.",
        ),
        Code::BrokenCrossReference => (
            "A link leads to a chapter that the book does not have.",
            "Correct the link, or add the chapter to `SUMMARY.md`.",
        ),
        Code::UnsupportedMdbook => (
            "The program that asked is not an mdBook whose protocol is known.",
            "Use a version of mdBook that the guide lists, or a newer mdbook-database.",
        ),
        Code::LikelySecret => (
            "A fact looks like a credential, and the book would publish it.",
            "Say where the secret is kept in place of the secret, and replace the secret itself if it was published.",
        ),
    };
    Explanation { cause, repair }
}

#[cfg(test)]
mod tests {
    use super::explain;
    use crate::diagnostic::Code;

    #[test]
    fn every_code_is_explained_in_one_sentence_each() {
        for &code in Code::ALL {
            let explanation = explain(code);
            for sentence in [explanation.cause, explanation.repair] {
                assert!(sentence.ends_with('.') && !sentence.contains(". "), "{code:?}: {sentence}");
            }
        }
    }
}
