use super::{Arguments, Dice, Mutator, Seed, run};
use std::time::Duration;

fn arguments(given: &[&str]) -> Result<Arguments, String> {
    Arguments::read(given.iter().map(ToString::to_string), &["a", "b"]).map_err(|error| error.to_string())
}

#[test]
fn arguments_have_defaults_and_errors() {
    let all = arguments(&["b", "600", "7", "folder"]).unwrap();
    assert_eq!((all.target.as_str(), all.budget, all.seed), ("b", Duration::from_secs(600), 7));
    assert_eq!(all.folder.unwrap().to_str(), Some("folder"));
    assert_eq!(arguments(&["a"]).unwrap().budget, Duration::from_secs(60));
    assert_eq!(arguments(&["a", "1", "0"]).unwrap().seed, 1);
    assert_eq!(arguments(&["c"]).unwrap_err(), "name a target: a, b");
    assert_eq!(arguments(&[]).unwrap_err(), "name a target: a, b");
    assert!(arguments(&["a", "soon"]).is_err());
}

#[test]
fn the_same_seed_gives_the_same_inputs() {
    let seeds = [Seed::from("one line\nand another\n"), Seed::from("zwei € ö\n")];
    let inputs = |seed| {
        let mut mutator = Mutator::of_bytes(&[b"{", b"}"], seed);
        (0..100).map(|_| mutator.mutated(&seeds).unwrap().bytes).collect::<Vec<_>>()
    };
    assert_eq!(inputs(3), inputs(3));
    assert_ne!(inputs(3), inputs(4));
    let distinct: std::collections::BTreeSet<_> = inputs(3).into_iter().collect();
    assert!(distinct.len() > 80, "{} of 100 differ", distinct.len());
}

#[test]
fn text_stays_text_and_bytes_need_not() {
    let seeds = [Seed::from("größer €5 ≤ 𝄞\nzweite Zeile\n"), Seed::from("日本語\n"), Seed::from("")];
    let is_text = |mut mutator: Mutator| {
        (0..5_000).all(|_| std::str::from_utf8(&mutator.mutated(&seeds).unwrap().bytes).is_ok())
    };
    assert!(is_text(Mutator::of_text(&["é", "\""], 1)));
    assert!(!is_text(Mutator::of_bytes(&[b"\"", b"\xff"], 1)));
}

#[test]
fn what_a_check_refuses_ends_the_run_and_is_named() {
    let kept = std::env::temp_dir().join(format!("mutate-{}", std::process::id()));
    let arguments = Arguments { target: "unit".to_owned(), kept: kept.clone(), ..arguments(&["a"]).unwrap() };
    let mut mutator = Mutator::of_text(&["x"], 1);
    let refused = run("mutate", &arguments, &[Seed::from("seed")], &mut mutator, |_| Err("wrong".into()));
    let place = kept.join("fuzz-mutate-unit");
    assert_eq!(refused.unwrap_err().to_string(), format!("wrong: see {}", place.display()));
    assert!(place.exists());
    let none = run("mutate", &arguments, &[], &mut mutator, |_| Ok(0));
    assert_eq!(none.unwrap_err().to_string(), "no seed is there: name a folder");
    let short = Arguments { budget: Duration::from_millis(20), ..arguments };
    run("mutate", &short, &[Seed::from("seed")], &mut mutator, |seed| Ok(seed.text().len())).unwrap();
    std::fs::remove_dir_all(&kept).unwrap();
    assert_eq!(Dice::new(0).below(0), 0);
}
