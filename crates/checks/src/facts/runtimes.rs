//! Function runtimes and the days on which their support ends.
//!
//! Source: AWS Lambda Developer Guide, "Lambda runtimes", as of mid-2026. Days in the future are
//! AWS's plan. Every identifier that Lambda ever took is here.
use model::Date;

/// One runtime.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Runtime {
    pub id: &'static str,
    /// From this day on it gets no security updates.
    pub ends: Date,
    /// Where to go: the same language with the longest support.
    pub successor: &'static str,
}

const fn runtime(id: &'static str, ends: (u16, u8, u8), successor: &'static str) -> Runtime {
    Runtime { id, ends: Date::new(ends.0, ends.1, ends.2), successor }
}

const NODE: &str = "nodejs24.x";
const PYTHON: &str = "python3.14";
const JAVA: &str = "java25";
const DOTNET: &str = "dotnet10";
const RUBY: &str = "ruby3.4";
const OWN: &str = "provided.al2023";

pub(crate) const RUNTIMES: &[Runtime] = &[
    runtime("nodejs", (2016, 10, 31), NODE),
    runtime("nodejs4.3", (2020, 3, 5), NODE),
    runtime("nodejs4.3-edge", (2019, 4, 30), NODE),
    runtime("nodejs6.10", (2019, 8, 12), NODE),
    runtime("nodejs8.10", (2020, 3, 6), NODE),
    runtime("nodejs10.x", (2021, 7, 30), NODE),
    runtime("nodejs12.x", (2023, 3, 31), NODE),
    runtime("nodejs14.x", (2023, 12, 4), NODE),
    runtime("nodejs16.x", (2024, 6, 12), NODE),
    runtime("nodejs18.x", (2025, 9, 1), NODE),
    runtime("nodejs20.x", (2026, 4, 30), NODE),
    runtime("nodejs22.x", (2027, 4, 30), NODE),
    runtime("nodejs24.x", (2028, 4, 30), NODE),
    runtime("python2.7", (2021, 7, 15), PYTHON),
    runtime("python3.6", (2022, 7, 18), PYTHON),
    runtime("python3.7", (2023, 12, 4), PYTHON),
    runtime("python3.8", (2024, 10, 14), PYTHON),
    runtime("python3.9", (2025, 12, 15), PYTHON),
    runtime("python3.10", (2026, 10, 31), PYTHON),
    runtime("python3.11", (2027, 6, 30), PYTHON),
    runtime("python3.12", (2028, 10, 31), PYTHON),
    runtime("python3.13", (2029, 6, 30), PYTHON),
    runtime("python3.14", (2029, 6, 30), PYTHON),
    runtime("java8", (2024, 1, 8), JAVA),
    runtime("java8.al2", (2027, 6, 30), JAVA),
    runtime("java11", (2027, 6, 30), JAVA),
    runtime("java17", (2027, 6, 30), JAVA),
    runtime("java8.al2023", (2029, 6, 30), JAVA),
    runtime("java11.al2023", (2029, 6, 30), JAVA),
    runtime("java17.al2023", (2029, 6, 30), JAVA),
    runtime("java21", (2029, 6, 30), JAVA),
    runtime("java25", (2029, 6, 30), JAVA),
    runtime("dotnetcore1.0", (2019, 6, 27), DOTNET),
    runtime("dotnetcore2.0", (2019, 5, 30), DOTNET),
    runtime("dotnetcore2.1", (2022, 1, 5), DOTNET),
    runtime("dotnetcore3.1", (2023, 4, 3), DOTNET),
    runtime("dotnet5.0", (2022, 5, 10), DOTNET),
    runtime("dotnet6", (2024, 12, 20), DOTNET),
    runtime("dotnet7", (2024, 5, 14), DOTNET),
    runtime("dotnet8", (2026, 11, 10), DOTNET),
    runtime("dotnet9", (2026, 11, 10), DOTNET),
    runtime("dotnet10", (2028, 11, 14), DOTNET),
    runtime("ruby2.5", (2021, 7, 30), RUBY),
    runtime("ruby2.7", (2023, 12, 7), RUBY),
    runtime("ruby3.2", (2026, 3, 31), RUBY),
    runtime("ruby3.3", (2027, 3, 31), RUBY),
    runtime("ruby3.4", (2028, 3, 31), RUBY),
    runtime("ruby4.0", (2029, 3, 31), RUBY),
    runtime("go1.x", (2024, 1, 8), OWN),
    runtime("provided", (2024, 1, 8), OWN),
    runtime("provided.al2", (2026, 7, 31), OWN),
    runtime("provided.al2023", (2029, 6, 30), OWN),
];

pub(crate) fn find(id: &str) -> Option<&'static Runtime> {
    RUNTIMES.iter().find(|runtime| runtime.id.eq_ignore_ascii_case(id))
}

/// Days from one day to another, as far as planning needs it: months count 30 days.
pub(crate) fn days_between(from: Date, to: Date) -> i64 {
    let days = |date: Date| i64::from(date.year) * 365 + i64::from(date.month) * 30 + i64::from(date.day);
    days(to) - days(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn successors_are_known_and_last_longest() {
        for runtime in RUNTIMES {
            let successor = find(runtime.successor).expect("a known runtime");
            assert!(successor.ends >= runtime.ends || runtime.id == "ruby4.0", "{}", runtime.id);
        }
    }
}
