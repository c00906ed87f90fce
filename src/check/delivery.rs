//! Whether a setting can reach its app in the way that the policy wants.

use super::context::{Context, Subject};
use crate::catalog::model::{Delivery, ReadAs, When};
use crate::finding::{Finding, Findings, listed};
use crate::plan::{Channel, Enforcement, Kind};

pub(super) fn delivery(context: &Context<'_, '_>, subject: &Subject<'_, '_>, findings: &mut Findings) {
    not_a_preference(context, subject, findings);
    let Some(facts) = subject.facts() else { return };
    let (setting, key, setting_of) = (subject.setting, facts.key, subject.kind);
    let apple = context.catalog.is_apple_payload(setting.domain.as_str());
    let forced_only = apple || facts.read_as(context.catalog) == ReadAs::ForcedOnly;
    let weak = matches!(setting.enforcement, Enforcement::SetOnce | Enforcement::Default);
    let by_profile = matches!(setting.enforcement, Enforcement::Forced | Enforcement::SetOnce);
    let why = key.delivery_why.map(|why| why.trim_end_matches('.').to_owned());
    let because = |finding: Finding| why.iter().fold(finding, |finding, why| finding.note(why));
    if forced_only && weak {
        let title = format!("`{}` counts only when it is enforced", subject.key());
        let finding = because(subject.finding("forced-only", title));
        let help = if context.of_profile() { "put it under `Forced`" } else { "move it to [settings]" };
        findings.push(finding.help(help));
    }
    if key.delivery == Delivery::NeverByProfile && by_profile {
        let title = format!("`{}` must not be set by a profile", subject.key());
        findings.push(because(subject.finding("never-by-profile", title)).help("leave it out"));
    }
    let early = key.when == When::BeforeInstall && setting.channel == Channel::User && by_profile;
    if early {
        let title = format!(
            "`{}` is read when the app is installed, before any user's profile is there",
            subject.key()
        );
        let finding = because(subject.finding("wrong-channel", title));
        let help = match setting_of {
            Kind::Policy => "set it in a policy with `channel = \"device\"`",
            Kind::Profile => "set it in a profile whose PayloadScope is `System`",
        };
        findings.push(finding.help(help));
    }
    if setting.channel == Channel::User && setting.enforcement == Enforcement::Default {
        let title =
            format!("`{}` of [defaults] is for everybody, but the channel is the user's", subject.key());
        findings.push(
            subject.finding("wrong-channel", title).help("set it in a policy with `channel = \"device\"`"),
        );
    }
}

/// A domain that is no preference domain: a profile puts its values where nobody reads them.
fn not_a_preference(context: &Context<'_, '_>, subject: &Subject<'_, '_>, findings: &mut Findings) {
    let setting = subject.setting;
    if !matches!(setting.enforcement, Enforcement::Forced | Enforcement::SetOnce) {
        return;
    }
    let domain = setting.domain.as_str();
    // Many of Apple's payloads are read as preferences too: who only heard of the payload cannot tell.
    if context.catalog.is_hearsay(domain) {
        return;
    }
    let why = match context.catalog.domain(domain).map(|known| known.read_as) {
        Some(ReadAs::File) => "the app opens a file of its own",
        _ => return,
    };
    let short = context.catalog.short(domain);
    let title = format!("a profile's preferences do not deliver `{}` of {short}", subject.key());
    findings.push(subject.finding("not-a-preference", title).note(why));
}

/// The user channel reaches fewer people than most expect.
pub(super) fn channel(context: &Context<'_, '_>, findings: &mut Findings) {
    let identity = &context.plan.identity;
    // Whether a profile says which channel it is for is a matter of its envelope.
    if context.of_profile() {
        return;
    }
    let forced = context.plan.settings.iter().any(|s| s.enforcement == Enforcement::Forced);
    let profiled = forced || !context.plan.payloads.is_empty();
    if identity.channel != Channel::User || !profiled {
        return;
    }
    let finding = Finding::new("user-channel", "the user channel reaches only the user whom the MDM manages")
        .note(
            "other local users of the Mac get nothing, and the values come only when that user is logged in",
        );
    findings.push(match &identity.origin {
        Some(origin) => finding.at(origin.clone(), ""),
        None => finding,
    });
}

/// Names of keys in a sentence, at most eight of them.
pub(super) fn some(names: &[&str]) -> String {
    const MOST: usize = 8;
    match names.get(..MOST) {
        Some(first) if names.len() > MOST => format!("{} and {} more", first.join(", "), names.len() - MOST),
        _ => listed(names),
    }
}
