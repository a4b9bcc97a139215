//! Findings by the controls of the frameworks that their rules map to.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use eyas_engine::finding::{Finding, Outcome};
use eyas_lang::checked::Severity;

use super::text;
use crate::RuleMeta;
use crate::summary::{grouped, plural};

/// Frameworks, their controls and what was found.
#[derive(Default)]
pub(super) struct Frameworks(BTreeMap<String, BTreeMap<String, Found>>);

#[derive(Default)]
struct Found {
    violations: u64,
    worst: Option<Severity>,
}

impl Frameworks {
    /// A rule judged, so that its controls are covered.
    pub(super) fn cover(&mut self, rule: &RuleMeta) {
        for map in &rule.maps {
            self.control(map);
        }
    }

    /// Counts a violation for every control of its rule.
    pub(super) fn add(&mut self, finding: &Finding) {
        if finding.outcome == Outcome::Unknown {
            return;
        }
        for map in &finding.rule.maps {
            if let Some(found) = self.control(map) {
                found.violations += 1;
                found.worst = found.worst.max(Some(finding.severity));
            }
        }
    }

    fn control(&mut self, map: &str) -> Option<&mut Found> {
        let (framework, control) = map.split_once('/')?;
        Some(self.0.entry(framework.to_owned()).or_default().entry(control.to_owned()).or_default())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn html(&self) -> String {
        let mut out = String::new();
        for (framework, controls) in &self.0 {
            let hit = controls.values().filter(|found| found.violations > 0).count() as u64;
            let total = controls.len() as u64;
            // Writing into a string cannot fail.
            let _ = write!(
                out,
                "<h3>{}</h3><p>{} of {} covered {} with violations</p>",
                text(&title(framework)),
                grouped(hit),
                grouped(total),
                plural(total, "control", "controls"),
            );
            if hit > 0 {
                out.push_str(&table(framework, controls));
            }
        }
        out
    }
}

fn table(framework: &str, controls: &BTreeMap<String, Found>) -> String {
    let mut rows = String::new();
    for (control, Found { violations, worst }) in controls {
        let Some(worst) = worst else { continue };
        let find = text(&format!("{framework}/{control}"));
        let _ = writeln!(
            rows,
            "<tr><th scope=row><a href=\"#findings\" data-find=\"{find}\">{}</a></th>\
             <td class=n>{}</td><td><span class=\"badge {worst}\">{worst}</span></td></tr>",
            text(control),
            grouped(*violations),
            worst = worst.as_str(),
        );
    }
    format!(
        "<div class=wide><table><thead><tr><th scope=col>control</th><th scope=col>violations</th>\
         <th scope=col>worst</th></tr></thead><tbody>\n{rows}</tbody></table></div>"
    )
}

/// A framework as people know it: `cis_aws_7_0` is CIS AWS 7.0.
fn title(name: &str) -> String {
    match name {
        "attack" => "MITRE ATT&CK".to_owned(),
        "aws_fsbp" => "AWS Foundational Security Best Practices".to_owned(),
        "nist_800_53_r5" => "NIST SP 800-53 revision 5".to_owned(),
        _ => {
            let mut words: Vec<String> = Vec::new();
            for word in name.split('_') {
                let number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
                match words.last_mut() {
                    Some(last) if number(word) && last.chars().all(|c| c.is_ascii_digit() || c == '.') => {
                        last.push_str(&format!(".{word}"));
                    }
                    _ => words.push(word.to_uppercase()),
                }
            }
            words.join(" ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frameworks_have_names() {
        assert_eq!(title("cis_aws_7_0"), "CIS AWS 7.0");
        assert_eq!(title("pci_dss_4_0"), "PCI DSS 4.0");
        assert_eq!(title("attack"), "MITRE ATT&CK");
        assert_eq!(title("own"), "OWN");
    }
}
