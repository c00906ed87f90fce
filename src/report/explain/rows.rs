//! Labelled rows of wrapped text: how people read what is known.

use crate::report::visible;

/// A label and what stands beside it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub label: &'static str,
    pub items: Vec<Item>,
}

/// One paragraph, perhaps behind a word of its own.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub lead: String,
    pub text: String,
}

impl Row {
    pub fn text(label: &'static str, text: impl Into<String>) -> Self {
        Self { label, items: vec![item("", text)] }
    }
}

pub(super) fn item(lead: impl Into<String>, text: impl Into<String>) -> Item {
    Item { lead: lead.into(), text: text.into() }
}

/// The columns of a label with the blanks around it.
const LABEL: usize = 16;
/// A longer lead gets a line of its own.
const LEAD: usize = 34;
/// The longest text of an item, in characters; JSON has all of it.
const LONGEST: usize = 4000;

/// Writes rows below each other, their labels aligned; rows without items are left out.
pub(super) fn rows(out: &mut String, rows: &[Row], width: usize) {
    for row in rows {
        let mut label = row.label;
        let shown = |text: &str| visible::line(text, LONGEST);
        let leads: Vec<String> = row.items.iter().map(|item| shown(&item.lead)).collect();
        let wide =
            leads.iter().map(|lead| lead.chars().count()).filter(|wide| *wide <= LEAD).max().unwrap_or(0);
        let gap = if wide == 1 && leads.iter().all(|lead| lead == "-") { 1 } else { 2 };
        let at = if wide == 0 { LABEL } else { LABEL + wide + gap };
        for (item, lead) in row.items.iter().zip(&leads) {
            let mut line = pad(&format!("  {label}"), LABEL);
            label = "";
            line.push_str(lead);
            if lead.chars().count() > LEAD {
                out.push_str(&line);
                out.push('\n');
                line.clear();
            }
            for part in wrap(&shown(&item.text), width.saturating_sub(at)) {
                let line = std::mem::take(&mut line);
                out.push_str(pad(&line, at).as_str());
                out.push_str(&part);
                out.push('\n');
            }
            if !line.is_empty() {
                out.push_str(line.trim_end());
                out.push('\n');
            }
        }
    }
}

/// A paragraph from the first column on.
pub(super) fn paragraph(out: &mut String, text: &str, indent: usize, width: usize) {
    for part in wrap(&visible::line(text, LONGEST), width.saturating_sub(indent)) {
        out.push_str(&" ".repeat(indent));
        out.push_str(&part);
        out.push('\n');
    }
}

fn pad(text: &str, to: usize) -> String {
    let blanks = to.saturating_sub(text.chars().count());
    format!("{text}{}", " ".repeat(blanks))
}

/// Lines of at most `width` columns, broken at blanks; a longer word stays whole, so that it can be copied.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(20);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let long = word.chars().count();
        if used > 0 && used + 1 + long > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += long;
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Lines of two columns below each other, each cut at `width` if there is one.
pub(super) fn columns(out: &mut String, lines: &[(String, String)], indent: usize, width: Option<usize>) {
    let wide = lines.iter().map(|(left, _)| left.chars().count()).max().unwrap_or(0);
    for (left, right) in lines {
        let line = format!("{}{}", " ".repeat(indent), pad(&visible::line(left, LONGEST), wide + 2));
        let line = format!("{line}{}", visible::line(right, LONGEST));
        out.push_str(&cut(line.trim_end(), width));
        out.push('\n');
    }
}

fn cut(line: &str, width: Option<usize>) -> String {
    match width {
        Some(width) if line.chars().count() > width => {
            let kept: String = line.chars().take(width.saturating_sub(1)).collect();
            format!("{}…", kept.trim_end())
        }
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_stay_whole_and_lines_fit() {
        let lines = wrap("one two three four five six seven /Library/Managed/Preferences/of/somebody x", 20);
        assert_eq!(
            lines,
            ["one two three four", "five six seven", "/Library/Managed/Preferences/of/somebody", "x"]
        );
        assert!(wrap("", 20).is_empty());
    }

    #[test]
    fn control_characters_of_a_foreign_catalogue_stay_visible() {
        let mut out = String::new();
        rows(&mut out, &[Row::text("notes", "red \u{1b}[31m")], 80);
        assert_eq!(out, "  notes         red ␛[31m\n");
    }
}
