//! Which applications stand by themselves when some take in others.
use std::collections::{BTreeMap, BTreeSet};

use model::App;

/// Items that no other takes in; of a circle that nothing leads into, the first.
pub(super) fn roots(
    items: &BTreeSet<String>,
    takes_in: &BTreeMap<String, BTreeSet<String>>,
) -> BTreeSet<String> {
    let others = |(by, parts): (&String, &BTreeSet<String>)| -> Vec<String> {
        parts.iter().filter(|part| *part != by).cloned().collect()
    };
    let taken: BTreeSet<String> =
        takes_in.iter().filter(|(by, _)| items.contains(*by)).flat_map(others).collect();
    let mut kept: BTreeSet<String> = items.difference(&taken).cloned().collect();
    let mut reached = BTreeSet::new();
    kept.iter().for_each(|item| reach(item, takes_in, &mut reached));
    for item in items {
        if !reached.contains(item) {
            kept.insert(item.clone());
            reach(item, takes_in, &mut reached);
        }
    }
    kept
}

fn reach(from: &str, takes_in: &BTreeMap<String, BTreeSet<String>>, reached: &mut BTreeSet<String>) {
    let mut open = vec![from.to_owned()];
    while let Some(item) = open.pop() {
        if reached.insert(item.clone()) {
            open.extend(takes_in.get(&item).into_iter().flatten().cloned());
        }
    }
}

/// Leaves out the templates that are read as a part of another application.
///
/// `takes_in` says which file was read as a part of which: by the path of the application's own file.
pub(crate) fn drop_parts(apps: &mut Vec<App>, takes_in: &BTreeMap<String, BTreeSet<String>>) {
    let items: BTreeSet<String> = apps.iter().map(|app| app.name.clone()).collect();
    let kept = roots(&items, takes_in);
    apps.retain(|app| !super::is_template(app) || kept.contains(&app.name));
}
