//! Shell text: the one place of shell quoting, and the templates of the scripts.

use super::TemplateError;
use handlebars::{Context, Handlebars, Helper, HelperResult, Output, RenderContext, RenderErrorReason};
use serde::Serialize;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::LazyLock;

/// What every script that sets starts with.
const HEAD: &str = include_str!("../../templates/script-head.sh.hbs");
/// What prints the build of an app.
const BUILD_OF_APP: &str = include_str!("../../templates/build-of-app.sh.hbs");
/// What the collector starts with.
const COLLECTOR: &str = include_str!("../../templates/collector-head.sh.hbs");
/// What the check starts with.
const CHECK: &str = include_str!("../../templates/check-head.sh.hbs");
macro_rules! part {
    ($name:literal) => {
        include_str!(concat!("../../templates/scripts/", $name, ".sh"))
    };
}

/// What is the same in every script that sets, by theme; no templates.
const SETTING: [&str; 13] = [
    part!("start"),
    part!("options"),
    part!("limits"),
    part!("plists"),
    part!("versions"),
    part!("builds"),
    part!("report"),
    part!("preferences"),
    part!("record"),
    part!("tokens"),
    part!("people"),
    part!("users"),
    part!("main"),
];
/// The head of the loop over options, which each kind of script goes on with arms of its own.
const EACH_OPTION: &str = part!("each-option");
/// In whose place it stands, with the options that take a value behind.
const EACH_OPTION_HERE: &str = "  # each option, of which these take a value: ";
/// What only scripts that set have.
const APPLY: &str = part!("apply");
/// What only `remove.sh` has.
const REMOVE: &str = part!("remove");
/// What is the same in every collector.
const COLLECTING: [&str; 6] =
    [part!("start"), part!("limits"), part!("plists"), part!("people"), part!("disk"), part!("collect")];
/// What is the same in every check.
const CHECKING: [&str; 9] = [
    part!("start"),
    part!("limits"),
    part!("plists"),
    part!("versions"),
    part!("tokens"),
    part!("people"),
    part!("disk"),
    part!("judge"),
    part!("check"),
];

/// One word of a shell command that is this text, whatever it holds.
///
/// Words of small letters and `_` stay as they are. `FLEET_` is cut in two, because Fleet replaces
/// `$FLEET_VAR_…` in scripts before any shell reads them. A NUL cannot be part of a word; property lists
/// cannot carry one either.
pub fn quote(text: &str) -> String {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    out.push_str(&text.replace('\'', "'\\''").replace("FLEET_", "FLE''ET_"));
    out.push('\'');
    out
}

/// A piece of a word: a text, or the value that a variable has when the script runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    text: String,
    /// The name of the variable; empty for a text.
    variable: String,
}

impl Piece {
    /// This text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), variable: String::new() }
    }

    /// The value of a variable, whose name is a word of the scripts' own.
    pub fn variable(name: impl Into<String>) -> Self {
        Self { text: String::new(), variable: name.into() }
    }
}

/// One call of a function of the scripts' own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    verb: &'static str,
    words: Vec<Vec<Piece>>,
}

impl Call {
    /// A call without arguments.
    pub fn new(verb: &'static str) -> Self {
        Self { verb, words: Vec::new() }
    }

    /// Adds an argument.
    #[must_use]
    pub fn word(self, text: impl Into<String>) -> Self {
        self.pieces(vec![Piece::text(text)])
    }

    /// Adds an argument of several pieces; none make an empty text.
    #[must_use]
    pub fn pieces(mut self, mut pieces: Vec<Piece>) -> Self {
        if pieces.is_empty() {
            pieces.push(Piece::text(""));
        }
        self.words.push(pieces);
        self
    }

    /// The command.
    fn line(&self) -> String {
        let mut line = self.verb.to_owned();
        for word in &self.words {
            line.push(' ');
            for piece in word {
                if piece.variable.is_empty() {
                    line.push_str(&quote(&piece.text));
                } else {
                    let _ = write!(line, "\"${}\"", quote(&piece.variable));
                }
            }
        }
        line
    }
}

/// What a script does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It sets.
    Apply,
    /// It takes back.
    Remove,
}

/// What stands at the top of a script.
#[derive(Clone, Debug, Serialize)]
pub struct Head<'t> {
    /// One line about it, for a comment.
    pub title: &'t str,
    /// The same for `--help`, in full.
    pub about: &'t str,
    /// What it does.
    pub mode: Mode,
    /// The domain of the record.
    pub record: &'t str,
    /// The identity tokens it needs, with spaces between.
    pub tokens: &'t str,
    /// `yes` or `no`: whether it sets anything of users.
    pub for_users: &'t str,
    /// `yes` or `no`: whether it sets anything for every user of the Mac.
    pub for_computer: &'t str,
}

/// What stands at the top of a collector.
#[derive(Clone, Debug, Serialize)]
pub struct CollectorHead<'t> {
    /// One line about it, for a comment.
    pub title: &'t str,
    /// The same for `--help`, in full.
    pub about: &'t str,
    /// The policy's id.
    pub policy: &'t str,
}

/// What stands at the top of a check.
#[derive(Clone, Debug, Serialize)]
pub struct CheckHead<'t> {
    /// One line about it, for a comment.
    pub title: &'t str,
    /// The same for `--help`, in full.
    pub about: &'t str,
    /// The policy's id.
    pub policy: &'t str,
    /// The identity tokens that the wanted values hold, with spaces between.
    pub tokens: &'t str,
    /// How many payloads of the policy are no preferences.
    pub payloads: usize,
    /// `yes` or `no`: whether some settings are for all users of the Mac.
    pub for_computer: &'t str,
    /// What is printed without an option: `line`, or `result` for an extension attribute of Jamf.
    pub form: &'t str,
    /// `yes` or `no`: whether it exits with 0 whatever it found.
    pub exit_zero: &'t str,
    /// `yes` or `no`: whether it looks at what users have without being asked.
    pub effective: &'t str,
}

/// The templates of scripts, compiled once.
pub struct Scripts(Handlebars<'static>);

/// Compiled once, for every target that writes scripts.
static SCRIPTS: LazyLock<Result<Scripts, TemplateError>> = LazyLock::new(Scripts::compiled);

impl Scripts {
    /// The templates.
    ///
    /// # Errors
    /// A fault of a template.
    pub fn get() -> Result<&'static Self, TemplateError> {
        SCRIPTS.as_ref().map_err(Clone::clone)
    }

    fn compiled() -> Result<Self, TemplateError> {
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        registry.register_escape_fn(quote);
        registry.register_helper("comment", Box::new(comment));
        let templates =
            [("head", HEAD), ("collector", COLLECTOR), ("check", CHECK), ("build-of-app", BUILD_OF_APP)];
        for (name, text) in templates {
            let done = registry.register_template_string(name, text);
            done.map_err(|error| TemplateError(error.to_string()))?;
        }
        Ok(Self(registry))
    }

    /// A whole script: `settings` runs for each user or for the Mac, `apps` once before.
    ///
    /// # Errors
    /// A fault of a template.
    pub fn script(&self, head: &Head<'_>, apps: &[Call], settings: &[Call]) -> Result<String, TemplateError> {
        let own = if head.mode == Mode::Apply { APPLY } else { REMOVE };
        let parts: Vec<&str> = SETTING.into_iter().chain([own]).collect();
        self.whole(self.render("head", head)?, &parts, &[("apps", apps), ("settings", settings)])
    }

    /// A collector: `apps` names the apps whose versions count, `policy` the keys that the policy needs, `all` every
    /// key that is known.
    ///
    /// # Errors
    /// A fault of a template.
    pub fn collector(
        &self,
        head: &CollectorHead<'_>,
        apps: &[Call],
        policy: &[Call],
        all: &[Call],
    ) -> Result<String, TemplateError> {
        let functions = [("apps", apps), ("policy_keys", policy), ("all_keys", all)];
        self.whole(self.render("collector", head)?, &COLLECTING, &functions)
    }

    /// A check: `apps` names the apps whose versions count, `judged` looks at each domain and judges its settings.
    ///
    /// # Errors
    /// A fault of a template.
    pub fn check(
        &self,
        head: &CheckHead<'_>,
        apps: &[Call],
        judged: &[Call],
    ) -> Result<String, TemplateError> {
        self.whole(self.render("check", head)?, &CHECKING, &[("apps", apps), ("judged", judged)])
    }

    /// A head, what is the same in all scripts of a kind, and functions of calls.
    fn whole(
        &self,
        head: String,
        parts: &[&str],
        functions: &[(&str, &[Call])],
    ) -> Result<String, TemplateError> {
        let mut script = head;
        for part in parts {
            script.push_str(&with_options(part));
            script.push('\n');
        }
        for (at, (name, calls)) in functions.iter().enumerate() {
            // A function of the shell needs a command.
            let nothing = [Call::new("true")];
            let calls = if calls.is_empty() { &nothing } else { *calls };
            script.push_str(if at == 0 { "" } else { "\n" });
            // Thousands of words: filling them into a template one by one was more than half of a build for every target.
            let lines: String = calls.iter().map(|call| format!("  {}\n", call.line())).collect();
            let _ = write!(script, "{name}() {{\n{lines}}}\n");
        }
        script.push_str("\nmain \"$@\"\n");
        Ok(script)
    }

    /// A script that prints the version of an app with its build, between `<result>` and `</result>`: what `key` of its
    /// `Info.plist` says, in the first of these places where it is.
    ///
    /// # Errors
    /// A fault of a template.
    pub fn build_of_app(&self, app: &str, key: &str, places: &[&str]) -> Result<String, TemplateError> {
        #[derive(Serialize)]
        struct Data<'t> {
            title: String,
            apps: &'t [&'t str],
            find: String,
        }
        let data = Data {
            title: format!("Prints the version of {app} with its build."),
            apps: places,
            find: format!("s|.*<key>{key}</key><string>\\([^<]*\\)</string>.*|\\1|p"),
        };
        self.render("build-of-app", &data)
    }

    fn render(&self, name: &str, data: &impl Serialize) -> Result<String, TemplateError> {
        self.0.render(name, data).map_err(|error| TemplateError(error.to_string()))
    }
}

/// A part with the loop over options, if it asks for it.
fn with_options(part: &str) -> Cow<'_, str> {
    let Some((before, rest)) = part.split_once(EACH_OPTION_HERE) else { return Cow::Borrowed(part) };
    let (names, after) = rest.split_once('\n').unwrap_or((rest, ""));
    let joined = |end: &str| {
        let patterns: Vec<String> = names.split(' ').map(|name| format!("{name}{end}")).collect();
        patterns.join(" | ")
    };
    let head = EACH_OPTION.replace("@each=*@", &joined("=*")).replace("@each@", &joined(""));
    Cow::Owned([before, &head, after].concat())
}

/// Text inside a comment: one line of ASCII.
fn comment(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let text = helper.param(0).and_then(|param| param.value().as_str());
    let text = text.ok_or_else(|| RenderErrorReason::Other("a helper without its text".to_owned()))?;
    let line: String = text.chars().map(|c| if matches!(c, ' '..='~') { c } else { '?' }).collect();
    out.write(&line)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting() {
        for (text, word) in [
            ("", "''"),
            ("plain_word", "plain_word"),
            ("Word", "'Word'"),
            ("it's", "'it'\\''s'"),
            ("$(x) `y` \\ \"z\"\n!", "'$(x) `y` \\ \"z\"\n!'"),
            ("$FLEET_VAR_X", "'$FLE''ET_VAR_X'"),
            ("-x", "'-x'"),
        ] {
            assert_eq!(quote(text), word);
        }
    }

    #[test]
    fn comments_cannot_be_left() {
        let head = Head {
            title: "a\nrm -rf / \u{e9}",
            about: "it's",
            mode: Mode::Apply,
            record: "r.x",
            tokens: "",
            for_users: "yes",
            for_computer: "no",
        };
        let script = Scripts::get().unwrap().script(&head, &[], &[]).unwrap();
        assert!(script.contains("\n# a?rm -rf / ?\n"), "{script}");
        assert!(script.contains("\nabout='it'\\''s'\nmode=apply\n"));
        assert!(script.ends_with("\nsettings() {\n  true\n}\n\nmain \"$@\"\n"), "{script}");
    }

    #[test]
    fn the_loop_over_options_is_one() {
        let parts = [part!("options"), part!("check"), part!("collect")];
        for part in parts {
            let whole = with_options(part);
            assert_eq!(
                whole.matches("while [ $# -gt 0 ]; do\n    option=$1 given=''\n").count(),
                1,
                "{whole}"
            );
            assert!(!whole.contains("@each") && !whole.contains(EACH_OPTION_HERE), "{whole}");
        }
        let check = with_options(part!("check"));
        assert!(check.contains(
            "      --user=* | --set=* | --timeout=*) given=${option#*=} option=${option%%=*} ;;\n"
        ));
        assert!(check.contains("      --user | --set | --timeout)\n"));
    }

    /// A tag in the fixed part would stand there as it is.
    #[test]
    fn the_fixed_part_is_ascii_without_tags() {
        let parts = SETTING.into_iter().chain(COLLECTING).chain(CHECKING).chain([APPLY, REMOVE]);
        for part in parts {
            assert!(part.is_ascii() && !part.contains("{{") && !part.contains('\r'), "{part}");
            assert!(part.ends_with('\n') && !part.ends_with("\n\n"), "{part}");
        }
    }
}
