//! As much of Rust as is needed to see which paths a source names: tokens, `use` trees, `super`, test modules.

/// A path, from `crate`, `std` or another crate on.
#[derive(Debug)]
pub struct Path {
    /// Where it stands, from 1.
    pub line: usize,
    /// Its parts, generics left out.
    pub parts: Vec<String>,
    /// Whether it stands in tests.
    pub test: bool,
}

/// One file of the library.
pub struct Source {
    /// Its path from the root of the crate.
    pub name: String,
    /// The module directly below the crate that it belongs to.
    pub room: String,
    /// Every path of more than one part.
    pub paths: Vec<Path>,
    /// The macros that are called: line, name, whether in tests.
    pub macros: Vec<(usize, String, bool)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Word(String),
    /// `::`
    Colons,
    Sign(char),
}

type Token = (usize, Kind);

impl Source {
    /// Reads a file of `src/`.
    pub fn read(name: &str, text: &str) -> Self {
        let inner = name.strip_prefix("src/").unwrap().strip_suffix(".rs").unwrap();
        let mut modules: Vec<&str> = inner.split('/').collect();
        if modules.last() == Some(&"mod") {
            modules.pop();
        }
        let room = modules[0].to_owned();
        let test = modules.contains(&"tests");
        let mut source = Self { name: name.to_owned(), room, paths: Vec::new(), macros: Vec::new() };
        let tokens = tokens(text);
        let modules = modules.into_iter().map(str::to_owned).collect();
        Walk { tokens: &tokens, at: 0, modules, braces: Vec::new(), test, source: &mut source }.all();
        source
    }
}

/// What an open brace is.
struct Brace {
    module: bool,
    tests: bool,
}

struct Walk<'w> {
    tokens: &'w [Token],
    at: usize,
    modules: Vec<String>,
    braces: Vec<Brace>,
    test: bool,
    source: &'w mut Source,
}

impl Walk<'_> {
    fn kind(&self, ahead: usize) -> Option<&Kind> {
        self.tokens.get(self.at + ahead).map(|(_, kind)| kind)
    }

    fn word(&self, ahead: usize) -> Option<&str> {
        match self.kind(ahead) {
            Some(Kind::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn sign(&self, ahead: usize, sign: char) -> bool {
        self.kind(ahead) == Some(&Kind::Sign(sign))
    }

    fn in_tests(&self) -> bool {
        self.test || self.braces.iter().any(|brace| brace.tests)
    }

    fn all(&mut self) {
        // Set by `#[cfg(test)]`, for the next item.
        let mut tests = false;
        while let Some(kind) = self.kind(0).cloned() {
            match kind {
                Kind::Sign('#') if self.is_cfg_test() => {
                    tests = true;
                    self.at += 7;
                }
                Kind::Word(word) if word == "mod" && self.sign(2, '{') => {
                    self.modules.push(self.word(1).unwrap_or("").to_owned());
                    self.braces.push(Brace { module: true, tests });
                    tests = false;
                    self.at += 3;
                }
                Kind::Sign('{') => {
                    self.braces.push(Brace { module: false, tests });
                    tests = false;
                    self.at += 1;
                }
                Kind::Sign('}') => {
                    if self.braces.pop().is_some_and(|brace| brace.module) {
                        self.modules.pop();
                    }
                    self.at += 1;
                }
                Kind::Sign(';') => {
                    tests = false;
                    self.at += 1;
                }
                Kind::Word(_) if self.sign(1, '!') && !self.sign(2, '=') => {
                    let (line, name) = (self.tokens[self.at].0, self.word(0).unwrap_or("").to_owned());
                    let test = self.in_tests();
                    self.source.macros.push((line, name, test));
                    self.at += 1;
                }
                Kind::Word(_) => self.path(Vec::new(), tests),
                _ => self.at += 1,
            }
        }
    }

    /// Whether `#[cfg(test)]` stands here.
    fn is_cfg_test(&self) -> bool {
        self.sign(1, '[')
            && self.word(2) == Some("cfg")
            && self.sign(3, '(')
            && self.word(4) == Some("test")
            && self.sign(5, ')')
    }

    /// Reads a path, or a tree of `use`, that goes on from `before`.
    fn path(&mut self, before: Vec<String>, tests: bool) {
        let mut parts = before;
        let line = self.tokens.get(self.at).map_or(0, |(line, _)| *line);
        loop {
            match self.kind(0) {
                Some(Kind::Word(word)) => parts.push(word.clone()),
                Some(Kind::Sign('*')) => parts.push("*".to_owned()),
                Some(Kind::Sign('{')) => {
                    self.at += 1;
                    while !self.sign(0, '}') && self.kind(0).is_some() {
                        match self.kind(0) {
                            Some(Kind::Sign(',')) => self.at += 1,
                            _ => self.path(parts.clone(), tests),
                        }
                    }
                    self.at += 1;
                    return;
                }
                _ => {
                    self.at += 1;
                    break;
                }
            }
            self.at += 1;
            if self.kind(0) != Some(&Kind::Colons) {
                break;
            }
            let goes_on = matches!(self.kind(1), Some(Kind::Word(_) | Kind::Sign('{' | '*')));
            if !goes_on {
                break;
            }
            self.at += 1;
        }
        if self.word(0) == Some("as") {
            self.at += 2;
        }
        let test = tests || self.in_tests();
        let parts = self.resolved(parts);
        if parts.len() > 1 {
            self.source.paths.push(Path { line, parts, test });
        }
    }

    /// A path from the crate on, where it starts with `super` or `self`.
    fn resolved(&self, parts: Vec<String>) -> Vec<String> {
        let ups = parts.iter().take_while(|part| *part == "super").count();
        if ups == 0 || ups > self.modules.len() {
            return parts;
        }
        let mut whole = vec!["crate".to_owned()];
        whole.extend(self.modules[..self.modules.len() - ups].iter().cloned());
        whole.extend(parts.into_iter().skip(ups));
        whole
    }
}

/// Words and signs, without comments and literals.
fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let start = at;
        let here = chars[at];
        if here == '/' && chars.get(at + 1) == Some(&'/') {
            while at < chars.len() && chars[at] != '\n' {
                at += 1;
            }
        } else if here == '/' && chars.get(at + 1) == Some(&'*') {
            at = comment(&chars, at);
        } else if let Some(end) = raw_string(&chars, at) {
            at = end;
        } else if here == '"' {
            at = quoted(&chars, at, '"');
        } else if here == '\'' {
            at = if is_char(&chars, at) { quoted(&chars, at, '\'') } else { at + 1 };
        } else if here.is_alphanumeric() || here == '_' {
            while at < chars.len() && (chars[at].is_alphanumeric() || chars[at] == '_') {
                at += 1;
            }
            found.push((line, Kind::Word(chars[start..at].iter().collect())));
        } else if here == ':' && chars.get(at + 1) == Some(&':') {
            at += 2;
            found.push((line, Kind::Colons));
        } else {
            at += 1;
            if !here.is_whitespace() {
                found.push((line, Kind::Sign(here)));
            }
        }
        line += chars[start..at.min(chars.len())].iter().filter(|c| **c == '\n').count();
    }
    found
}

/// The end of a block comment, which may hold others.
fn comment(chars: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The end of `r"…"`, `r#"…"#` or `br#"…"#`, if one starts here.
fn raw_string(chars: &[char], start: usize) -> Option<usize> {
    let before = start.checked_sub(1).and_then(|at| chars.get(at));
    if before.is_some_and(|c| c.is_alphanumeric() || *c == '_') {
        return None;
    }
    let mut at = if chars[start] == 'b' { start + 1 } else { start };
    if chars.get(at) != Some(&'r') {
        return None;
    }
    at += 1;
    let hashes = chars[at..].iter().take_while(|c| **c == '#').count();
    at += hashes;
    if chars.get(at) != Some(&'"') {
        return None;
    }
    at += 1;
    while at < chars.len() {
        if chars[at] == '"' && chars[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes {
            return Some(at + 1 + hashes);
        }
        at += 1;
    }
    Some(at)
}

/// The end of a literal in quotes.
fn quoted(chars: &[char], start: usize, quote: char) -> usize {
    let mut at = start + 1;
    while at < chars.len() && chars[at] != quote {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// Whether `'` starts a character, and no lifetime.
fn is_char(chars: &[char], at: usize) -> bool {
    chars.get(at + 1) == Some(&'\\') || chars.get(at + 2) == Some(&'\'')
}
