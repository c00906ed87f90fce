//! `README.txt` of a target: what lies in its folder, and what to do with it.

use super::{Artefact, Request};
use crate::finding::Findings;

/// The width of its lines.
const WIDTH: usize = 78;

/// A text in sections, wrapped.
#[derive(Debug, Default)]
pub struct Readme {
    text: String,
}

impl Readme {
    /// One with a title and the policy that it is made from.
    pub fn new(title: &str, request: &Request<'_, '_>) -> Self {
        let identity = &request.plan.identity;
        let mut readme = Self::default();
        readme.heading(title);
        let made = format!(
            "Made by prefsmith from the policy \"{}\" ({}). Do not edit: the next build replaces these files.",
            one_line(&identity.name),
            identity.id
        );
        readme.paragraph(&made);
        readme
    }

    fn heading(&mut self, title: &str) {
        let title = one_line(title);
        let line = "=".repeat(title.chars().count());
        self.text.push_str(&format!("{title}\n{line}\n"));
    }

    /// Begins a section.
    pub fn section(&mut self, title: &str) -> &mut Self {
        let title = one_line(title);
        let line = "-".repeat(title.chars().count());
        self.text.push_str(&format!("\n{title}\n{line}\n"));
        self
    }

    /// Adds a paragraph.
    pub fn paragraph(&mut self, text: &str) -> &mut Self {
        self.text.push('\n');
        self.wrapped("", text);
        self
    }

    /// Adds steps, numbered.
    pub fn steps<'s>(&mut self, steps: impl IntoIterator<Item = &'s str>) -> &mut Self {
        self.text.push('\n');
        for (number, step) in steps.into_iter().enumerate() {
            self.wrapped(&format!("{}. ", number + 1), step);
        }
        self
    }

    /// Adds a list.
    pub fn list<'s>(&mut self, items: impl IntoIterator<Item = &'s str>) -> &mut Self {
        self.text.push('\n');
        for item in items {
            self.wrapped("- ", item);
        }
        self
    }

    /// Adds lines as they stand, such as a command or a file's name, indented.
    pub fn verbatim(&mut self, text: &str) -> &mut Self {
        self.text.push('\n');
        for line in text.lines() {
            self.text.push_str(format!("    {}", line.trim_end()).trim_end());
            self.text.push('\n');
        }
        self
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn wrapped(&mut self, lead: &str, text: &str) {
        let mut line = lead.to_owned();
        let indent = " ".repeat(lead.chars().count());
        let mut empty = true;
        for word in text.split_whitespace() {
            if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.text.push_str(&line);
                self.text.push('\n');
                line.clone_from(&indent);
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.text.push_str(&line);
        self.text.push('\n');
    }

    /// The file, in the folder of a target.
    pub fn artefact(
        &self,
        request: &Request<'_, '_>,
        target: &str,
        findings: &mut Findings,
    ) -> Option<Artefact> {
        request.file(target, "README.txt", self.text.as_bytes(), findings)
    }
}

/// A text without line breaks.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped() {
        let mut readme = Readme::default();
        readme.section("What to do").steps(["Upload it.", &"word ".repeat(20)]).list(["one\ntwo"]);
        readme.verbatim("a  b\n\nc ");
        let long = ["word"; 15].join(" ");
        let expected = format!(
            "\nWhat to do\n----------\n\n1. Upload it.\n2. {long}\n   {}\n\n- one two\n\n    a  b\n\n    c\n",
            ["word"; 5].join(" ")
        );
        assert_eq!(readme.text, expected);
    }
}
