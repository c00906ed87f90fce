//! The parts of a build, inside one process: where the time of a run goes.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_types,
    reason = "a bench is a program of its own, which reads the clock, prints and may fail loudly"
)]

#[path = "../support/mod.rs"]
mod support;

use prefsmith::catalog::Catalog;
use prefsmith::catalog::rule::Rule;
use prefsmith::check::{CheckedPlan, Options, check};
use prefsmith::emit::{Request, TARGETS, manifest};
use prefsmith::finding::{Findings, Sources};
use prefsmith::plan::Plan;
use prefsmith::policy::{Files, Policy};
use prefsmith::profile::Form;
use prefsmith::report::findings::{TextOptions, json, text};
use std::hint::black_box;
use std::time::{Duration, Instant};
use support::{LARGEST, every_key, every_key_of_scripts, median, rounds, show};

struct Text<'t>(&'t str);

impl Files for Text<'_> {
    fn read(&self, _: &str) -> Result<String, String> {
        Ok(self.0.to_owned())
    }
}

/// Times something: each sample lasts a millisecond at least, so that the clock is no part of it.
fn time<T>(name: &str, samples: usize, mut run: impl FnMut() -> T) {
    let mut per_sample = 1_u32;
    let mut once = |count: u32| {
        let start = Instant::now();
        for _ in 0..count {
            black_box(run());
        }
        start.elapsed()
    };
    while once(per_sample) < Duration::from_millis(1) && per_sample < 1 << 20 {
        per_sample *= 2;
    }
    let mut times: Vec<Duration> = (0..samples).map(|_| once(per_sample) / per_sample).collect();
    let middle = median(&mut times);
    let least = times.first().copied().unwrap_or_default();
    println!("| {name} | {} | {} |", show(middle), show(least));
}

fn load(policy: &str) -> (Policy, Sources, Findings) {
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let policy = Policy::load("policy.toml", &Text(policy), &mut sources, &mut findings).unwrap();
    (policy, sources, findings)
}

fn catalogue(samples: usize) {
    time("catalogue: heads", samples, || Catalog::builtin().domains().len());
    time("catalogue: index", samples, || {
        Catalog::builtin().layers().iter().map(|l| l.entries().len()).sum::<usize>()
    });
    time("catalogue: one key of a fresh catalogue", samples, || {
        Catalog::builtin().key("com.microsoft.Word", "UseOnlineContent").is_some()
    });
    time("catalogue: every key of a fresh catalogue", samples, || {
        let catalog = Catalog::builtin();
        let layers = catalog.layers().iter();
        layers.map(|l| (0..l.entries().len()).filter(|at| l.key(*at).is_some()).count()).sum::<usize>()
    });
}

fn one(name: &str, policy: &str, samples: usize) {
    let catalog = Catalog::builtin();
    time(&format!("{name}: read the policy"), samples, || load(policy));
    let (read, sources, said) = load(policy);
    let resolve = || -> (Plan, Findings) {
        let mut findings = said.clone();
        (read.resolve(&catalog, &mut findings), findings)
    };
    time(&format!("{name}: resolve"), samples, resolve);
    let (plan, findings) = resolve();
    let checked = || check(plan.clone(), findings.clone(), &catalog, &Options::default());
    time(&format!("{name}: check"), samples, checked);
    time(&format!("{name}: rules alone"), samples, || {
        let rules = catalog.rules().into_iter();
        rules.map(|rule| Rule::evaluate(rule, &plan, &catalog).len()).sum::<usize>()
    });
    let done = checked();
    time(&format!("{name}: findings as text"), samples, || {
        text(&done.findings, &sources, &TextOptions { color: false, width: 100, all: None })
    });
    time(&format!("{name}: findings as JSON"), samples, || json(&done.findings, &sources));
    let plan: CheckedPlan = done.plan.unwrap();
    let request = Request {
        plan: &plan,
        catalog: &catalog,
        stem: name,
        form: Form::Mcx,
        split: false,
        keep: None,
        left: &[],
        scripts: false,
    };
    for target in TARGETS {
        time(&format!("{name}: emit {}", target.name()), samples, || {
            target.emit(&request, &mut Findings::new())
        });
    }
    time(&format!("{name}: manifest"), samples, || manifest(&[&plan], &catalog, &sources, "", &[]));
}

fn main() {
    let samples = rounds(50);
    let (every, keys) = every_key();
    println!("\n{samples} samples; ready-made: {}; every key: {keys} settings\n", LARGEST.0);
    println!("| part | median | least |");
    println!("| --- | ---: | ---: |");
    catalogue(samples);
    one("ready-made", LARGEST.1, samples);
    one("every key", &every, samples);
    one("every key of scripts", &every_key_of_scripts().0, samples);
}
