//! A proxy auto-configuration file: which way the requests for which hosts go.

use super::View;
use super::proxy::comments;
use crate::catalog::host::HostPattern;
use crate::endpoints::{Network, lists};
use serde_json::Value as Json;

/// The function that browsers and apps call. It is written for the oldest engines.
const FUNCTION: &str = r#"
function has(list, patterns, host) {
  var at;
  for (at = 0; at < list.length; at += 1) {
    if (list[at] === host) { return true; }
  }
  for (at = 0; at < patterns.length; at += 1) {
    if (patterns[at].test(host)) { return true; }
  }
  return false;
}

function FindProxyForURL(url, host) {
  host = host.toLowerCase().replace(/\.$/, "");
  if (has(STOPPED, STOPPED_PATTERNS, host)) { return WAY_STOPPED; }
  if (has(CONTACTED, CONTACTED_PATTERNS, host)) { return WAY_CONTACTED; }
  return WAY_OTHER;
}
"#;

/// The ways of requests, as a PAC file answers them: `DIRECT`, `PROXY proxy.example.com:3128`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routes {
    /// To hosts that apps contact, or may.
    pub contacted: String,
    /// To hosts that settings keep apps from: a proxy that answers 403. None: nothing may be stopped.
    pub stopped: Option<String>,
    /// To all other hosts.
    pub other: String,
}

/// A PAC file; none if something is stopped and no way is known for it.
pub fn pac(network: &Network<'_, '_>, view: &View<'_, '_>, routes: &Routes) -> Option<String> {
    let lists = lists(network, view.selection, view.strict);
    if !lists.stopped.is_empty() && routes.stopped.is_none() {
        return None;
    }
    let stopped = routes.stopped.as_deref().unwrap_or(&routes.other);
    let text = |text: &str| Json::from(text).to_string();
    let mut out = comments(network, view, "//");
    for (name, way) in [("STOPPED", stopped), ("CONTACTED", &routes.contacted), ("OTHER", &routes.other)] {
        out.push_str(&format!("var WAY_{name} = {};\n", text(way)));
    }
    for (name, hosts) in [("STOPPED", &lists.stopped), ("CONTACTED", &lists.needed)] {
        let plain = hosts.iter().filter(|host| host.is_plain());
        let plain: Vec<String> = plain.map(|host| format!("  {}", text(host.as_str()))).collect();
        let patterns = hosts.iter().filter(|host| !host.is_plain());
        let patterns: Vec<String> =
            patterns.map(|host: &HostPattern| format!("  /{}/", host.regex())).collect();
        out.push_str(&format!(
            "\nvar {name} = {};\nvar {name}_PATTERNS = {};\n",
            list(&plain),
            list(&patterns)
        ));
    }
    out.push_str(FUNCTION);
    Some(out)
}

fn list(items: &[String]) -> String {
    if items.is_empty() { "[]".to_owned() } else { format!("[\n{}\n]", items.join(",\n")) }
}
