//! Our verdicts beside those of another evaluator, the npm package `@cloud-copilot/iam-simulate`.
//!
//! Ten thousand policies and requests from a seed: all must have the same verdict. Where we differ on purpose, a case
//! by hand shows how, and `docs/comparison-permissions.md` why. `cargo xtask tools` installs the package; without it
//! the tests say so and leave it at that. `CASES` and `SEED` choose others.
#[cfg(test)]
mod case;
#[cfg(test)]
mod differences;
#[cfg(test)]
mod generate;
#[cfg(test)]
mod run;

/// Cases that both evaluators decide about.
#[cfg(test)]
const CASES: usize = 10_000;

#[test]
#[expect(clippy::disallowed_methods, reason = "a developer may ask for other cases")]
fn ten_thousand_verdicts_are_the_same() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let count = number("CASES").and_then(|count| usize::try_from(count).ok()).unwrap_or(CASES);
    // Some are refused by the other's validation of input; more are made for that.
    let cases = generate::cases(number("SEED").unwrap_or(1), count + count / 4);
    let Some(theirs) = run::theirs(&cases) else { return };
    let mut verdicts = std::collections::BTreeMap::new();
    let mut refused = std::collections::BTreeMap::new();
    let mut differences = Vec::new();
    let mut compared = 0;
    for (case, theirs) in cases.iter().zip(&theirs) {
        if compared == count {
            break;
        }
        if let Some(why) = theirs.strip_prefix("error ") {
            *refused.entry(why.to_owned()).or_insert(0) += 1;
            continue;
        }
        compared += 1;
        let ours = run::ours(case);
        *verdicts.entry(theirs.clone()).or_insert(0) += 1;
        if ours != *theirs {
            differences.push(format!("ours {ours}, theirs {theirs}: {}", case.json));
        }
    }
    println!("{compared} compared, {} differ; verdicts {verdicts:?}", differences.len());
    for (why, times) in &refused {
        println!("refused {times} times: {why}");
    }
    for difference in differences.iter().take(10) {
        println!("{difference}\n");
    }
    assert!(differences.is_empty(), "{} of {compared} differ", differences.len());
    assert_eq!(compared, count, "too many cases were refused");
    let rare = ["Allowed", "ExplicitlyDenied", "ImplicitlyDenied"];
    for verdict in rare {
        let times = verdicts.get(verdict).copied().unwrap_or(0);
        assert!(times * 10 > count, "only {times} cases are {verdict}");
    }
}
