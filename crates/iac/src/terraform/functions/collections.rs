//! Functions on lists, sets and maps. Known elements are kept beside open ones: an open element of a
//! list or a key `${…}` of a map stands for what could not be resolved.
use std::collections::BTreeSet;

use model::{Data, Entry, Key, Span, Tri, Value};

use super::{Fault, Outcome, arg, integer, list, operators, string};
use crate::terraform::eval::MapBuilder;

/// Elements that one call may make.
const ITEMS_MAX: usize = 100_000;
/// What Terraform's own `range` allows.
const RANGE_MAX: usize = 1_024;

/// `None` when it is none of these functions.
pub(super) fn call(name: &str, args: &[Value], at: Span) -> Option<Outcome> {
    let outcome = match name {
        "length" => arg(args, 0).and_then(length),
        "element" => element(args),
        "lookup" => lookup(args),
        "merge" => Ok(merge(args)),
        "concat" => concat(args),
        "flatten" => arg(args, 0).and_then(flatten),
        "keys" => arg(args, 0).and_then(|map| keys(map, at)),
        "values" => arg(args, 0).and_then(values),
        "contains" => contains(args),
        "distinct" | "toset" | "set" => arg(args, 0).and_then(|value| to_set(value, name == "distinct")),
        "tolist" | "list" => to_list(args, name),
        "tomap" | "map" => to_map(args, name),
        "compact" => list(args, 0).map(compact),
        "coalesce" => coalesce(args),
        "coalescelist" => coalesce_list(args),
        "zipmap" => zipmap(args),
        "slice" => slice(args),
        "reverse" => list(args, 0).map(|items| Data::List(items.iter().rev().cloned().collect())),
        "sort" => list(args, 0).and_then(sort),
        "range" => range(args, at),
        "index" => index(args),
        "one" => one(args),
        "setunion" => concat(args).and_then(|data| to_set(&Value::new(at, data), false)),
        "setintersection" => set_filter(args, true),
        "setsubtract" => set_filter(args, false),
        "setproduct" => product(args, at),
        "chunklist" => chunks(args, at),
        "sensitive" | "nonsensitive" => arg(args, 0).map(|value| value.data.clone()),
        _ => return None,
    };
    Some(outcome)
}

fn is_open_map(entries: &[Entry]) -> bool {
    entries.iter().any(|entry| entry.key.text.contains("${"))
}

fn count(number: usize) -> Data {
    Data::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

fn length(value: &Value) -> Outcome {
    match &value.data {
        // An open element may stand for several.
        Data::List(items) if !items.iter().any(Value::is_unknown) => Ok(count(items.len())),
        Data::Map(entries) if !is_open_map(entries) => Ok(count(entries.len())),
        Data::Text(text) => Ok(count(text.chars().count())),
        Data::Bool(_) | Data::Int(_) | Data::Float(_) | Data::Null => {
            Err(Fault::Error(format!("`{}` has no length", value.display())))
        }
        _ => Err(operators::open(value)),
    }
}

fn element(args: &[Value]) -> Outcome {
    let items = list(args, 0)?;
    let index = integer(args, 1)?;
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    if length == 0 {
        return Err(Fault::Error("an empty list has no elements".to_owned()));
    }
    let place = usize::try_from(index.rem_euclid(length)).unwrap_or(0);
    Ok(items.get(place).map_or(Data::Null, |item| item.data.clone()))
}

fn lookup(args: &[Value]) -> Outcome {
    let map = arg(args, 0)?;
    let Data::Map(entries) = &map.data else { return Err(operators::open(map)) };
    let key = string(args, 1)?;
    match (map.get(&key), args.get(2)) {
        (Some(found), _) => Ok(found.data.clone()),
        (None, _) if is_open_map(entries) => Err(Fault::Open(format!("which key is `{key}` is not known"))),
        (None, Some(default)) => Ok(default.data.clone()),
        (None, None) => Err(Fault::Error(format!("there is no `{key}` in the map"))),
    }
}

fn merge(args: &[Value]) -> Data {
    let mut map = MapBuilder::default();
    for value in args {
        match &value.data {
            Data::Map(entries) => {
                entries.iter().for_each(|entry| map.set(entry.key.clone(), entry.value.clone()));
            }
            Data::Null => {}
            _ => {
                let shown = value.display();
                let text = if shown.contains("${") { shown } else { format!("${{{shown}}}") };
                map.set(Key { text, at: value.at }, value.clone());
            }
        }
    }
    map.finish()
}

fn concat(args: &[Value]) -> Outcome {
    let mut items = Vec::new();
    for value in args {
        match &value.data {
            Data::List(more) => items.extend(more.iter().cloned()),
            Data::Null => {}
            _ => items.push(value.clone()),
        }
    }
    Ok(Data::List(items))
}

fn flatten(value: &Value) -> Outcome {
    let Data::List(_) = &value.data else { return Err(operators::open(value)) };
    let mut flat = Vec::new();
    let mut rest: Vec<&Value> = vec![value];
    while let Some(next) = rest.pop() {
        match &next.data {
            Data::List(items) => rest.extend(items.iter().rev()),
            _ => flat.push(next.clone()),
        }
    }
    Ok(Data::List(flat))
}

fn sorted(value: &Value) -> Result<Vec<&Entry>, Fault> {
    let Data::Map(entries) = &value.data else { return Err(operators::open(value)) };
    if is_open_map(entries) {
        return Err(operators::open(value));
    }
    let mut entries: Vec<&Entry> = entries.iter().collect();
    entries.sort_by(|a, b| a.key.text.cmp(&b.key.text));
    Ok(entries)
}

fn keys(value: &Value, at: Span) -> Outcome {
    let keys = sorted(value)?.into_iter().map(|entry| Value::text(at, entry.key.text.as_str()));
    Ok(Data::List(keys.collect()))
}

fn values(value: &Value) -> Outcome {
    Ok(Data::List(sorted(value)?.into_iter().map(|entry| entry.value.clone()).collect()))
}

fn contains(args: &[Value]) -> Outcome {
    let items = list(args, 0)?;
    let wanted = arg(args, 1)?;
    match Tri::any(items.iter().map(|item| operators::equal(item, wanted))) {
        Tri::True => Ok(Data::Bool(true)),
        Tri::False => Ok(Data::Bool(false)),
        Tri::Unknown if wanted.is_literal() => Err(operators::open(arg(args, 0)?)),
        Tri::Unknown => Err(operators::open(wanted)),
    }
}

/// Leaves each element once, the first one.
pub(in crate::terraform) fn unique(items: &mut Vec<Value>) {
    let mut seen = BTreeSet::new();
    items.retain(|item| seen.insert(item.display()));
}

fn to_set(value: &Value, keeps_order: bool) -> Outcome {
    let items = match &value.data {
        Data::List(items) => items,
        Data::Null => return Ok(Data::Null),
        _ => return Err(operators::open(value)),
    };
    let mut items = items.clone();
    unique(&mut items);
    if !keeps_order && items.iter().all(|item| item.as_str().is_some()) {
        items.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    }
    Ok(Data::List(items))
}

fn to_list(args: &[Value], name: &str) -> Outcome {
    match args {
        [only] if name == "tolist" => match &only.data {
            Data::List(_) | Data::Null => Ok(only.data.clone()),
            _ => Err(operators::open(only)),
        },
        _ => Ok(Data::List(args.to_vec())),
    }
}

fn to_map(args: &[Value], name: &str) -> Outcome {
    match args {
        [only] if name == "tomap" => match &only.data {
            Data::Map(_) | Data::Null => Ok(only.data.clone()),
            _ => Err(operators::open(only)),
        },
        _ => {
            let mut map = MapBuilder::default();
            for pair in args.chunks(2) {
                if let [key, value] = pair {
                    map.set(Key { text: key.display(), at: key.at }, value.clone());
                }
            }
            Ok(map.finish())
        }
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

fn compact(items: &[Value]) -> Data {
    Data::List(items.iter().filter(|item| !is_empty(item)).cloned().collect())
}

fn coalesce(args: &[Value]) -> Outcome {
    match args.iter().find(|value| !is_empty(value)) {
        Some(value) if value.is_unknown() => Err(operators::open(value)),
        Some(value) => Ok(value.data.clone()),
        None => Err(Fault::Error("every argument is empty".to_owned())),
    }
}

fn coalesce_list(args: &[Value]) -> Outcome {
    match args.iter().find(|value| !matches!(&value.data, Data::List(items) if items.is_empty())) {
        Some(value) if value.is_unknown() => Err(operators::open(value)),
        Some(value) => Ok(value.data.clone()),
        None => Err(Fault::Error("every argument is empty".to_owned())),
    }
}

fn zipmap(args: &[Value]) -> Outcome {
    let (keys, values) = (list(args, 0)?, list(args, 1)?);
    let mut map = MapBuilder::default();
    for (key, value) in keys.iter().zip(values) {
        map.set(Key { text: key.display(), at: key.at }, value.clone());
    }
    Ok(map.finish())
}

fn slice(args: &[Value]) -> Outcome {
    let items = list(args, 0)?;
    let (from, to) = (integer(args, 1)?, integer(args, 2)?);
    let range = usize::try_from(from).ok().zip(usize::try_from(to).ok());
    match range.and_then(|(from, to)| items.get(from..to)) {
        Some(part) => Ok(Data::List(part.to_vec())),
        None => Err(Fault::Error("the slice lies outside of the list".to_owned())),
    }
}

fn sort(items: &[Value]) -> Outcome {
    if let Some(open) = items.iter().find(|item| !item.is_literal()) {
        return Err(operators::open(open));
    }
    let mut items = items.to_vec();
    items.sort_by_key(Value::display);
    Ok(Data::List(items))
}

fn range(args: &[Value], at: Span) -> Outcome {
    let numbers: Vec<i64> = (0..args.len()).map(|index| integer(args, index)).collect::<Result<_, _>>()?;
    let (start, end, step) = match numbers.as_slice() {
        [end] => (0, *end, if *end < 0 { -1 } else { 1 }),
        [start, end] => (*start, *end, if end < start { -1 } else { 1 }),
        [start, end, step] if *step != 0 => (*start, *end, *step),
        _ => return Err(Fault::Error("`range` needs one to three numbers".to_owned())),
    };
    let mut items = Vec::new();
    let mut next = start;
    while (step > 0 && next < end) || (step < 0 && next > end) {
        if items.len() >= RANGE_MAX {
            return Err(Fault::Error(format!("`range` makes at most {RANGE_MAX} numbers")));
        }
        items.push(Value::new(at, Data::Int(next)));
        next = next.saturating_add(step);
    }
    Ok(Data::List(items))
}

fn index(args: &[Value]) -> Outcome {
    let items = list(args, 0)?;
    let wanted = arg(args, 1)?;
    for (place, item) in items.iter().enumerate() {
        match operators::equal(item, wanted) {
            Tri::True => return Ok(count(place)),
            Tri::False => {}
            Tri::Unknown => return Err(operators::open(if wanted.is_literal() { item } else { wanted })),
        }
    }
    Err(Fault::Error("the list does not hold the element".to_owned()))
}

fn one(args: &[Value]) -> Outcome {
    match list(args, 0)? {
        [] => Ok(Data::Null),
        [only] => Ok(only.data.clone()),
        _ => Err(Fault::Error("`one` takes a list of at most one element".to_owned())),
    }
}

fn set_filter(args: &[Value], keep: bool) -> Outcome {
    let first = list(args, 0)?;
    let other = list(args, 1)?;
    if let Some(open) = first.iter().chain(other).find(|item| !item.is_literal()) {
        return Err(operators::open(open));
    }
    let others: BTreeSet<String> = other.iter().map(Value::display).collect();
    let kept = first.iter().filter(|item| others.contains(&item.display()) == keep);
    Ok(Data::List(kept.cloned().collect()))
}

fn product(args: &[Value], at: Span) -> Outcome {
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for position in 0..args.len() {
        let items = list(args, position)?;
        if rows.len().saturating_mul(items.len()).saturating_mul(args.len()) > ITEMS_MAX {
            return Err(Fault::Open("a list becomes too long".to_owned()));
        }
        let longer = rows.iter().flat_map(|row| {
            items.iter().map(move |item| row.iter().chain(std::iter::once(item)).cloned().collect::<Vec<_>>())
        });
        rows = longer.collect();
    }
    Ok(Data::List(rows.into_iter().map(|row| Value::new(at, Data::List(row))).collect()))
}

fn chunks(args: &[Value], at: Span) -> Outcome {
    let items = list(args, 0)?;
    let size = usize::try_from(integer(args, 1)?).ok().filter(|size| *size > 0);
    let size = size.ok_or_else(|| Fault::Error("chunks need a positive size".to_owned()))?;
    let chunks = items.chunks(size).map(|chunk| Value::new(at, Data::List(chunk.to_vec())));
    Ok(Data::List(chunks.collect()))
}
