//! The ways of a PAC file, as the command line names them.

use crate::report::endpoints::Routes;

/// A way, and for which hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way {
    which: Which,
    way: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Contacted,
    Stopped,
    Other,
}

/// Reads `stopped=PROXY proxy.example.com:3128`; several ways stand in turn, with `;` between them.
///
/// # Errors
/// What is wrong, for people.
pub(super) fn way(text: &str) -> Result<Way, String> {
    let (which, ways) = text
        .split_once('=')
        .ok_or_else(|| "write it as 'stopped=PROXY proxy.example.com:3128'".to_owned())?;
    let which = match which.trim() {
        "contacted" => Which::Contacted,
        "stopped" => Which::Stopped,
        "other" => Which::Other,
        other => return Err(format!("`{other}` is none of `contacted`, `stopped` and `other`")),
    };
    let ways: Vec<&str> = ways.split(';').map(str::trim).collect();
    for one in &ways {
        if !is_way(one) {
            return Err(format!("`{one}` is no way of a PAC file: `DIRECT`, or `PROXY host:port`"));
        }
        if which == Which::Stopped && *one == "DIRECT" {
            return Err("DIRECT stops nothing: name a proxy that answers 403".to_owned());
        }
    }
    Ok(Way { which, way: ways.join("; ") })
}

fn is_way(text: &str) -> bool {
    let address = |text: &str| {
        let known = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
        let parts = text.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        text.chars().all(known) && parts.is_some_and(|(_, port)| port.parse::<u16>().is_ok())
    };
    match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["DIRECT"] => true,
        ["PROXY" | "HTTP" | "HTTPS" | "SOCKS" | "SOCKS4" | "SOCKS5", host] => address(host),
        _ => false,
    }
}

/// All ways, the last said of each counts.
pub(super) fn routes(ways: &[Way]) -> Routes {
    let of = |which: Which| ways.iter().rev().find(|one| one.which == which).map(|one| one.way.clone());
    let direct = || "DIRECT".to_owned();
    Routes {
        contacted: of(Which::Contacted).unwrap_or_else(direct),
        stopped: of(Which::Stopped),
        other: of(Which::Other).unwrap_or_else(direct),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_of_a_pac_file() {
        let given =
            ["stopped=PROXY a.example:3128", "contacted = HTTPS b.example:443 ;DIRECT", "stopped=PROXY c:1"];
        let ways: Vec<Way> = given.iter().map(|text| way(text).unwrap()).collect();
        let routes = routes(&ways);
        assert_eq!(routes.stopped.as_deref(), Some("PROXY c:1"));
        assert_eq!(routes.contacted, "HTTPS b.example:443; DIRECT");
        assert_eq!(routes.other, "DIRECT");
        assert_eq!(super::routes(&[]).stopped, None);
        for bad in [
            "PROXY a:1",
            "stoped=PROXY a:1",
            "stopped=DIRECT",
            "stopped=PROXY a:1; DIRECT",
            "other=PROXY a",
            "other=PROXY a:99999",
            "other=PROXY a:1 b",
            "other=proxy a:1",
            "other=",
            "other=PROXY \"a:1",
        ] {
            assert!(way(bad).is_err(), "{bad}");
        }
    }
}
