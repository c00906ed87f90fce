//! Strings of a policy: literal text with identity tokens such as `${user.upn}` in it.

use std::cmp::Ordering;
use std::fmt;

/// One piece of a string.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Text as it stands.
    Literal(String),
    /// An identity token by its name, such as `user.upn`.
    Token(String),
}

/// A string, perhaps with identity tokens in it. Canonical: no two literals in a row, none empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Text {
    parts: Parts,
}

/// Canonical: one piece is never in a list, for nearly every string of a profile is one, and a list would double what it
/// costs to make and to copy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Parts {
    One(Part),
    /// None, or several.
    Many(Vec<Part>),
}

impl Default for Parts {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl From<Vec<Part>> for Parts {
    fn from(mut parts: Vec<Part>) -> Self {
        match parts.pop() {
            Some(only) if parts.is_empty() => Self::One(only),
            Some(last) => {
                parts.push(last);
                Self::Many(parts)
            }
            None => Self::default(),
        }
    }
}

/// Why a string is no text with tokens.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// A `${` without its `}`.
    #[error("`${{` has no closing `}}`")]
    Open {
        /// Where it stands, in bytes.
        at: usize,
    },
    /// Something between the braces that is no name of a token.
    #[error("`${{{name}}}` is no identity token")]
    Name {
        /// What stands there.
        name: String,
        /// Where the `${` stands, in bytes.
        at: usize,
    },
}

impl Text {
    /// Text without tokens; `${` in it means nothing.
    pub fn literal(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { parts: if text.is_empty() { Parts::default() } else { Parts::One(Part::Literal(text)) } }
    }

    /// Reads a policy's string: `${name}` is a token, `$${` a literal `${`.
    ///
    /// Whether a token of that name exists is the catalogue's to say; here it must look like one:
    /// letters, digits, `.`, `-` and `_`.
    pub fn parse(source: &str) -> Result<Self, TokenError> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = source;
        while let Some(found) = rest.find("${") {
            let (before, from_token) = rest.split_at(found);
            let at = source.len() - from_token.len();
            let after = from_token.get(2..).unwrap_or("");
            if let Some(kept) = before.strip_suffix('$') {
                literal.push_str(kept);
                literal.push_str("${");
                rest = after;
                continue;
            }
            literal.push_str(before);
            let Some((name, tail)) = after.split_once('}') else { return Err(TokenError::Open { at }) };
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
            if name.is_empty() || !name.chars().all(plain) {
                return Err(TokenError::Name { name: name.to_owned(), at });
            }
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(Part::Token(name.to_owned()));
            rest = tail;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(Self { parts: parts.into() })
    }

    /// The pieces in their order.
    pub fn parts(&self) -> &[Part] {
        match &self.parts {
            Parts::One(part) => std::slice::from_ref(part),
            Parts::Many(parts) => parts,
        }
    }

    /// Whether any piece is a token.
    pub fn has_tokens(&self) -> bool {
        self.parts().iter().any(|part| matches!(part, Part::Token(_)))
    }

    /// The names of its tokens.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.parts().iter().filter_map(|part| match part {
            Part::Token(name) => Some(name.as_str()),
            Part::Literal(_) => None,
        })
    }

    /// The text, if no token is in it.
    pub fn as_literal(&self) -> Option<&str> {
        match self.parts() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// As a policy writes it: [`Text::parse`] reads it back.
    pub fn to_source(&self) -> String {
        let mut out = String::new();
        for part in self.parts() {
            match part {
                Part::Literal(text) => out.push_str(&text.replace("${", "$${")),
                Part::Token(name) => {
                    out.push_str("${");
                    out.push_str(name);
                    out.push('}');
                }
            }
        }
        out
    }
}

/// By its pieces.
impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts().cmp(other.parts())
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The text with its tokens as `${name}`; literal `${` are not escaped.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in self.parts() {
            match part {
                Part::Literal(text) => f.write_str(text)?,
                Part::Token(name) => write!(f, "${{{name}}}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(source: &str) -> Vec<Part> {
        Text::parse(source).unwrap().parts().to_vec()
    }

    #[test]
    fn tokens_and_escapes() {
        let token = |name: &str| Part::Token(name.to_owned());
        let literal = |text: &str| Part::Literal(text.to_owned());
        assert_eq!(parse(""), []);
        assert_eq!(parse("plain $5 {x}"), [literal("plain $5 {x}")]);
        assert_eq!(parse("${user.upn}"), [token("user.upn")]);
        assert_eq!(parse("a${user.upn}b${x}"), [literal("a"), token("user.upn"), literal("b"), token("x")]);
        assert_eq!(parse("$${HOME}/x"), [literal("${HOME}/x")]);
        assert_eq!(parse("$$${x}"), [literal("$${x}")]);
        assert_eq!(parse("$${a}${b}"), [literal("${a}"), token("b")]);
    }

    #[test]
    fn what_is_no_token() {
        assert_eq!(Text::parse("x${user"), Err(TokenError::Open { at: 1 }));
        assert_eq!(Text::parse("é${}"), Err(TokenError::Name { name: String::new(), at: 2 }));
        assert_eq!(Text::parse("${a b}"), Err(TokenError::Name { name: "a b".to_owned(), at: 0 }));
    }

    #[test]
    fn source_reads_back() {
        for source in ["", "x", "$${x}", "$$${x}", "${a}$${b}${c}", "$", "$$"] {
            let text = Text::parse(source).unwrap();
            assert_eq!(Text::parse(&text.to_source()).unwrap(), text, "{source}");
        }
    }
}
