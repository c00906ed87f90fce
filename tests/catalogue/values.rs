//! Values that the catalogue lists, recommends, or takes for defaults are of the right type, and allowed.

use crate::{keys, literal, none, positions};
use prefsmith::catalog::model::{Allowed, Bounds, Delivery, Judgement, Literal, Node, Segment};
use prefsmith::catalog::{Catalog, type_of};
use prefsmith::value::Type;
use std::collections::BTreeSet;

/// Strings that no pattern should take: nothing, blanks, quotes of a word processor, a line too many.
const SILLY: [&str; 8] = ["", " ", "\n", "x y", "\u{201c}4.70\u{201d}", "4.70\n", "x\n4.70", "-1"];
/// What a pattern may be for; it takes one of them.
const SENSIBLE: [&str; 5] = ["4.70", "16.92.24120731", "en-us", "https://example.com/", "a@example.com"];

/// Of what the allowed values speak: of an array's items where these are scalars.
fn scalar_types<'n>(node: &'n Node<'_>) -> &'n [Type] {
    let item = node.children.iter().find(|(segment, _)| *segment == Segment::Item);
    item.map_or(&node.types, |(_, item)| &item.types)
}

/// Why a value could not be set: nothing, if it could.
fn refused(node: &Node<'_>, value: &Literal<'_>) -> Option<&'static str> {
    if let (Literal::Array(items), [Type::Array]) = (value, node.types.as_slice()) {
        return items.iter().find_map(|item| scalar(node, item));
    }
    scalar(node, value)
}

fn scalar(node: &Node<'_>, value: &Literal<'_>) -> Option<&'static str> {
    if !scalar_types(node).contains(&type_of(value)) {
        return Some("is of another type");
    }
    if let Some(known) = node.values.iter().find(|allowed| allowed.value == *value) {
        return (known.verdict == Judgement::Refuse).then_some("is refused");
    }
    match (node.range, value) {
        (Some(range), Literal::Integer(number)) if !holds(range, *number) => Some("is out of range"),
        (None, _) if !node.values.is_empty() => Some("is not listed"),
        _ => match (node.pattern, value) {
            (Some(pattern), Literal::String(text))
                if !regex_lite::Regex::new(pattern).unwrap().is_match(text) =>
            {
                Some("does not fit the pattern")
            }
            _ => None,
        },
    }
}

fn holds(range: Bounds, number: i64) -> bool {
    range.min.is_none_or(|min| min <= number) && range.max.is_none_or(|max| number <= max)
}

/// Complaints about each position of each key.
fn each(complain: impl Fn(&Node<'static>, &mut dyn FnMut(String))) {
    let catalog = Catalog::builtin();
    let mut complaints = Vec::new();
    for key in keys(&catalog) {
        for (path, node) in positions(key) {
            complain(node, &mut |text| complaints.push(format!("{} {path}: {text}", key.domains[0])));
        }
    }
    none(complaints);
}

#[test]
fn defaults_are_values_that_the_key_takes() {
    each(|node, complain| {
        let Some(value) = node.default.as_ref().and_then(|default| default.value.as_ref()) else { return };
        if let Some(why) = refused(node, value) {
            complain(format!("its default {} {why}", literal(value)));
        }
    });
}

#[test]
fn values_to_push_at_the_end_are_values_that_the_key_takes() {
    let catalog = Catalog::builtin();
    for key in keys(&catalog) {
        if let Some(removal) = &key.removal {
            assert_eq!(refused(&key.node, &removal.value), None, "{}", key.name);
        }
    }
}

#[test]
fn what_to_write_instead_is_fine() {
    each(|node, complain| {
        for value in node.values.iter().filter_map(|allowed| allowed.instead.as_ref()) {
            let listed = node.values.iter().find(|allowed| allowed.value == *value);
            if refused(node, value).is_some() || listed.is_some_and(|known| known.verdict != Judgement::Fine)
            {
                complain(format!("instead = {}", literal(value)));
            }
        }
    });
}

#[test]
fn listed_values_are_of_the_type_differ_and_are_explained() {
    each(|node, complain| {
        let mut seen = BTreeSet::new();
        for allowed in &node.values {
            let Allowed { value, means, verdict, says, .. } = allowed;
            let text = literal(value);
            if *verdict != Judgement::Refuse && !scalar_types(node).contains(&type_of(value)) {
                complain(format!("{text} is of another type"));
            }
            if !seen.insert((type_of(value), text.clone())) {
                complain(format!("{text} is listed twice"));
            }
            if means.trim().is_empty() || means.ends_with('.') {
                complain(format!("{text} means `{means}`"));
            }
            if (*verdict == Judgement::Fine) == says.is_some() {
                complain(format!("{text}: a sentence goes with a verdict, and only with one"));
            }
        }
        let listed = node.values.iter().filter(|allowed| allowed.verdict != Judgement::Refuse).count();
        if node.types == [Type::Boolean] && listed != 2 {
            complain("a boolean explains both of its values".to_owned());
        }
        if !node.values.is_empty() && listed == 0 {
            complain("every value is refused".to_owned());
        }
    });
}

#[test]
fn ranges_and_units_are_about_numbers() {
    each(|node, complain| {
        let numbers = scalar_types(node).iter().any(|kind| matches!(kind, Type::Integer | Type::Real));
        if node.range.is_some_and(|range| range.min.is_none() && range.max.is_none()) {
            complain("its range holds everything".to_owned());
        }
        if (node.range.is_some() || node.multiple_of.is_some()) && !numbers {
            complain("a range, and no numbers".to_owned());
        }
        if node.multiple_of.is_some_and(|number| number < 2) {
            complain("a multiple of nothing".to_owned());
        }
        if node.below.is_some() && node.range.and_then(|range| range.min).is_none() {
            complain("`below` without a least number".to_owned());
        }
        if node.above.is_some() && node.range.and_then(|range| range.max).is_none() {
            complain("`above` without a greatest number".to_owned());
        }
    });
}

#[test]
fn patterns_compile_and_take_nothing_silly() {
    let catalog = Catalog::builtin();
    let mut count = 0;
    for key in keys(&catalog) {
        for (path, node) in positions(key) {
            let Some(pattern) = node.pattern else { continue };
            count += 1;
            assert!(scalar_types(node).contains(&Type::String), "{path}: a pattern, and no strings");
            let regex = regex_lite::Regex::new(pattern).unwrap();
            assert_eq!(SILLY.iter().find(|text| regex.is_match(text)), None, "{path}: {pattern}");
            assert!(SENSIBLE.iter().any(|text| regex.is_match(text)), "{path}: {pattern} takes nothing");
        }
    }
    assert!(count > 0, "no pattern was tried");
}

/// Names are inside dictionaries, items inside arrays.
#[test]
fn nested_positions_are_where_they_can_be() {
    each(|node, complain| {
        let mut seen = Vec::new();
        for (segment, child) in &node.children {
            let wanted = if *segment == Segment::Item { Type::Array } else { Type::Dictionary };
            if !node.types.contains(&wanted) {
                complain(format!("{} inside of what is no {}", crate::segment(segment), wanted.word()));
            }
            if seen.contains(segment) {
                complain(format!("{} is described twice", crate::segment(segment)));
            }
            seen.push(*segment);
            let kind = child.key_is.is_none_or(|kind| ["mau-id", "tenant-id", "bundle-id"].contains(&kind));
            if !kind || child.key_is.is_some() && *segment != Segment::AnyKey {
                complain(format!("key-is = {:?}", child.key_is));
            }
        }
    });
}

#[test]
fn delivery_is_explained_where_it_is_not_free() {
    let catalog = Catalog::builtin();
    for key in keys(&catalog) {
        assert_eq!(key.delivery != Delivery::Any, key.delivery_why.is_some(), "{}", key.name);
    }
}
