//! A page of metrics as Prometheus reads it: the text format, version 0.0.4, and nothing more generous.

use std::collections::{BTreeMap, BTreeSet};

/// A series: its name and its labels, in the order of their names.
pub type Series = (String, BTreeMap<String, String>);

/// What a page says.
#[derive(Default)]
pub struct Page {
    /// Of each family its type and its help, in the page's order.
    pub families: Vec<(String, String, String)>,
    pub values: BTreeMap<Series, f64>,
}

impl Page {
    /// Reads a page.
    ///
    /// # Errors
    /// The first line that breaks the format, or what is wrong with the whole.
    pub fn parse(text: &str) -> Result<Self, String> {
        if !text.ends_with('\n') {
            return Err("the last line does not end".into());
        }
        let mut page = Self::default();
        let mut helped: Option<(String, String)> = None;
        for line in text.lines() {
            let wrong = |why: &str| Err(format!("{why}: {line}"));
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let Some((name, help)) = rest.split_once(' ').filter(|(name, _)| is_name(name)) else {
                    return wrong("no name");
                };
                if page.families.iter().any(|(known, ..)| known == name) {
                    return wrong("a family twice");
                }
                helped = Some((name.to_owned(), help.to_owned()));
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let Some((name, kind)) = rest.split_once(' ') else { return wrong("no type") };
                if !["counter", "gauge", "histogram"].contains(&kind) {
                    return wrong("not a type");
                }
                match helped.take() {
                    Some((helped, help)) if helped == name => page.families.push((helped, kind.to_owned(), help)),
                    _ => return wrong("a type without its help"),
                }
            } else {
                let (series, value) = sample(line).ok_or_else(|| format!("not a sample: {line}"))?;
                page.add(series, value).map_err(|why| format!("{why}: {line}"))?;
            }
        }
        page.check_histograms()?;
        Ok(page)
    }

    fn add(&mut self, series: Series, value: f64) -> Result<(), String> {
        let (name, kind, _) = self.families.last().ok_or("a sample without a family")?;
        let of_histogram = ["_bucket", "_sum", "_count"].iter().any(|part| series.0 == format!("{name}{part}"));
        match kind.as_str() {
            "histogram" if of_histogram => {}
            "counter" if series.0 == *name && name.ends_with("_total") && value >= 0.0 && value.is_finite() => {}
            "gauge" if series.0 == *name => {}
            _ => return Err("not of its family".into()),
        }
        if self.values.insert(series, value).is_some() { Err("a series twice".into()) } else { Ok(()) }
    }

    /// Buckets only grow, and the last has everything.
    fn check_histograms(&self) -> Result<(), String> {
        for (name, ..) in self.families.iter().filter(|(_, kind, _)| kind == "histogram") {
            let mut buckets: BTreeMap<BTreeMap<String, String>, Vec<(f64, f64)>> = BTreeMap::new();
            for ((_, labels), value) in
                self.values.iter().filter(|((series, _), _)| *series == format!("{name}_bucket"))
            {
                let mut labels = labels.clone();
                let bound = labels
                    .remove("le")
                    .and_then(|le| number(&le))
                    .ok_or(format!("{name}: a bucket without its bound"))?;
                buckets.entry(labels).or_default().push((bound, *value));
            }
            for (labels, mut buckets) in buckets {
                buckets.sort_by(|(one, _), (other, _)| one.total_cmp(other));
                let grow = buckets.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
                let count = self.values.get(&(format!("{name}_count"), labels.clone()));
                let sum = self.values.contains_key(&(format!("{name}_sum"), labels));
                let last = buckets.last().copied();
                if !grow || !sum || last.is_none_or(|(bound, all)| bound != f64::INFINITY || Some(&all) != count) {
                    return Err(format!("{name}: not a histogram"));
                }
            }
        }
        Ok(())
    }

    /// The value of one series.
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.values.get(&(name.to_owned(), labels)).copied()
    }

    /// The sum of all of a name that have these labels among theirs.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let has = |series: &Series| {
            labels.iter().all(|(name, value)| series.1.get(*name).is_some_and(|found| found == value))
        };
        self.values.iter().filter(|(series, _)| series.0 == name && has(series)).map(|(_, value)| value).sum()
    }

    /// The names of labels, and the values of all but buckets' bounds.
    pub fn labels(&self) -> (BTreeSet<&str>, BTreeSet<&str>) {
        let all = || self.values.keys().flat_map(|(_, labels)| labels);
        let values = all().filter(|(name, _)| *name != "le").map(|(_, value)| value.as_str());
        (all().map(|(name, _)| name.as_str()).collect(), values.collect())
    }
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !name.is_empty() && name.bytes().all(plain) && !name.as_bytes()[0].is_ascii_digit()
}

fn number(text: &str) -> Option<f64> {
    match text {
        "+Inf" => Some(f64::INFINITY),
        _ if text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.e".contains(&byte)) => text.parse().ok(),
        _ => None,
    }
}

/// `name{label="value",…} number`, without a time.
fn sample(line: &str) -> Option<(Series, f64)> {
    let (head, value) = line.rsplit_once(' ')?;
    let (name, mut rest) = match head.split_once('{') {
        Some((name, labels)) => (name, labels.strip_suffix('}')?),
        None => (head, ""),
    };
    let mut labels = BTreeMap::new();
    while !rest.is_empty() {
        let (label, after) = rest.split_once("=\"")?;
        // None of ours has anything in it that would need a backslash.
        let (value, after) = after.split_once('"').filter(|(value, _)| !value.contains('\\'))?;
        if !is_name(label) || labels.insert(label.to_owned(), value.to_owned()).is_some() {
            return None;
        }
        rest = match after.strip_prefix(',') {
            Some("") => return None,
            Some(next) => next,
            None if after.is_empty() => "",
            None => return None,
        };
    }
    is_name(name).then_some(())?;
    Some(((name.to_owned(), labels), number(value)?))
}

const GOOD: &str = "# HELP a_total x.\n# TYPE a_total counter\na_total{b=\"c\",d=\"e\"} 1\n\
    # HELP h x.\n# TYPE h histogram\nh_sum 1.5\nh_count 2\nh_bucket{le=\"1.0\"} 1\nh_bucket{le=\"+Inf\"} 2\n";

#[test]
fn a_page_that_breaks_the_format_is_refused() {
    assert_eq!(Page::parse(GOOD).unwrap().value("a_total", &[("d", "e"), ("b", "c")]), Some(1.0));
    for (from, to) in [
        ("# TYPE a_total counter\n", ""),
        ("# TYPE a_total", "# TYPE b_total"),
        ("counter", "number"),
        ("# HELP h", "# HELP a_total"),
        ("a_total{", "b_total{"),
        ("a_total{", "a-total{"),
        ("d=\"e\"", "b=\"e\""),
        ("d=\"e\"", "d=e"),
        ("\"e\"}", "\"e\",}"),
        ("} 1\n#", "} one\n#"),
        ("} 1\n#", "} 1 1700000000\n#"),
        ("} 1\n#", "} -1\n#"),
        ("h_count 2", "h_count 3"),
        ("h_sum 1.5\n", ""),
        ("{le=\"+Inf\"}", "{le=\"2.0\"}"),
        ("{le=\"1.0\"} 1", "{le=\"1.0\"} 3"),
        ("{le=\"+Inf\"} 2\n", "{le=\"+Inf\"} 2"),
    ] {
        assert!(GOOD.contains(from), "{from}");
        assert!(Page::parse(&GOOD.replacen(from, to, 1)).is_err(), "{from} {to}");
    }
}
