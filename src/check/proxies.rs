//! Whether what runs out there gets through the proxies out there.

use super::context::Context;
use crate::finding::{Finding, Findings, Severity};
use crate::version::Ranges;

/// Builds that do not get through a proxy which asks for a password.
pub(super) fn proxies(context: &Context<'_, '_>, findings: &mut Findings) {
    let Some((true, origin)) = &context.plan.macs.proxy_auth else { return };
    for product in context.catalog.products() {
        // The compiler of layers has parsed it.
        let Some(good) = product.proxy_auth.and_then(|text| text.parse::<Ranges>().ok()) else { continue };
        let stated = context.versions(product.name);
        let bad = stated.cloned().unwrap_or_else(Ranges::any).minus(&good);
        if bad.is_empty() {
            continue;
        }
        let (name, bad) = (product.name, bad.describe());
        let title = format!("{name} {bad} does not get through a proxy that asks for a password");
        let finding = Finding::new("proxy-auth", title)
            .at(origin.clone(), "")
            .note(format!("for NTLM and Kerberos proxies it should be {}", good.describe()));
        let range = good.as_slice().first().map_or(String::new(), ToString::to_string);
        findings.push(match stated {
            Some(_) => finding.help(
                "update these Macs, or let the addresses of `prefsmith endpoints` through without a password",
            ),
            // It may be that none of them runs.
            None => finding
                .severity(Severity::Note)
                .help(format!("say `{name} = \"{range}\"` under [macs] if no older one runs")),
        });
    }
}
