//! Checked rules made ready to run, and what became of those that were not.

use eyas_cloudtrail as cloudtrail;
use eyas_engine::plan::{Plan, PlanOptions};
use eyas_lang::catalog::Plane;
use eyas_lang::checked::Rule;
use eyas_lang::diagnostics::nearest;
use eyas_report::{Broken, Input, NotRun, Reason, RuleMeta, Run, Summary};
use eyas_template::schema::RULES;

use crate::compile::{Compiled, counted};
use crate::config::Settings;
use crate::exit::{self, Failure};
use crate::pack;
use crate::problem::Problem;
use crate::render;
use crate::screen::Screen;

/// What a command judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judging {
    /// CloudTrail events.
    Events,
    /// Resources of templates.
    Templates,
}

impl Judging {
    fn concerns(self, rule: &Rule) -> bool {
        match self {
            Self::Events => rule.record == cloudtrail::RECORD_TYPE,
            // What stands under `Account::` is known of a live account only.
            Self::Templates => rule.plane == Plane::Resource && !rule.record.starts_with("Account::"),
        }
    }

    fn command(self) -> &'static str {
        match self {
            Self::Events => "hunt",
            Self::Templates => "lint",
        }
    }

    fn records(self) -> &'static str {
        match self {
            Self::Events => "`cloudtrail` records",
            Self::Templates => "resources of templates",
        }
    }
}

/// A plan and what did not get into it.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    judging: Judging,
    not_run: Vec<NotRun>,
}

/// Plans the rules that the settings leave; what cannot run ends the command unless
/// `--keep-going`.
pub(crate) fn plan(
    mut compiled: Compiled,
    judging: Judging,
    settings: &Settings,
    screen: &Screen,
) -> Result<Planned, Failure> {
    compiled.require_errors_none(settings, screen)?;
    warn_of_unknown_ids(&compiled, settings, screen);
    compiled.set.rules.retain(|rule| !settings.disable.value.iter().any(|id| rule.id == *id));
    let others: Vec<_> = compiled.set.rules.extract_if(.., |rule| !judging.concerns(rule)).collect();
    let own = others.iter().filter(|rule| !compiled.sources.get(rule.span.file).builtin).count();
    let (plan, problems) = Plan::new(&compiled.set, &compiled.sources, PlanOptions::default());
    for problem in problems.iter().filter(|_| !settings.keep_going.value) {
        screen.note(&format!(
            "{}\n",
            render::problem(&Problem::of(problem, &compiled.sources), screen.err_look())
        ));
    }
    if !problems.is_empty() && !settings.keep_going.value {
        screen.error("not every rule can run", Some("`--keep-going` runs the others"));
        return Err(Failure::Reported(exit::RULES));
    }
    let broken =
        compiled.left_out.iter().map(|id| NotRun { rule: id.clone(), reason: "it does not compile".into() });
    let planned = problems.iter().map(|d| NotRun { rule: rule_at(&compiled, d), reason: d.message.clone() });
    let not_run = broken.chain(planned).collect();
    let records = judging.records();
    match (plan.len(), others.len()) {
        (0, _) if compiled.only_some && own == 0 => {}
        (0, 0) => screen.warning("no rule is left to run"),
        (0, _) => screen.warning(&format!("no rule is on {records}, so none judges anything here")),
        // That packs hold rules on other records is no news.
        _ if own > 0 => {
            screen.tell(&format!("{} on other records than {records}: not run", counted(own, "rule")))
        }
        _ => {}
    }
    Ok(Planned { plan, judging, not_run })
}

/// Rules that the settings name and that are nowhere.
fn warn_of_unknown_ids(compiled: &Compiled, settings: &Settings, screen: &Screen) {
    let loaded = compiled.set.rules.iter().map(|r| r.id.as_str());
    let ids: Vec<&str> = loaded
        .chain(pack::FILES.iter().flat_map(|file| file.ids.iter().copied()))
        .chain(RULES.iter().map(|rule| rule.id))
        .collect();
    let near = |id: &str| {
        nearest(id, ids.iter().copied()).map_or(String::new(), |n| format!(", did you mean `{n}`?"))
    };
    for id in settings.disable.value.iter().filter(|id| !ids.contains(&id.as_str())) {
        screen.warning(&format!("there is no rule `{id}` to disable{}", near(id)));
    }
    for entry in &settings.ignores {
        if let Some(rule) = entry.rule.as_deref().filter(|_| !ids.iter().any(|id| entry.covers_rule(id))) {
            screen.warning(&format!("{}: there is no rule `{rule}` to ignore{}", entry.place, near(rule)));
        }
    }
}

/// The rule that a diagnostic of the plan is about.
fn rule_at(compiled: &Compiled, diagnostic: &eyas_lang::diagnostics::Diagnostic) -> String {
    let span = diagnostic.span();
    let within = |r: &&std::sync::Arc<eyas_lang::checked::Rule>| {
        r.span.file == span.file && r.span.start <= span.start && span.end <= r.span.end
    };
    compiled.set.rules.iter().find(within).map_or_else(String::new, |r| r.id.to_string())
}

impl Planned {
    /// What reports want to know before the first finding.
    pub(crate) fn run(&self) -> Run {
        Run {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            rules: self.plan.rules().map(|(_, rule)| RuleMeta::of(rule)).collect(),
            command: self.judging.command().to_owned(),
            time: Some(jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string()),
            ..Run::default()
        }
    }

    /// A summary in which nothing was read yet.
    pub(crate) fn empty_summary(&self) -> Summary {
        Summary { rules: self.plan.len() as u64, not_run: self.not_run.clone(), ..Summary::default() }
    }

    /// How reading went, in the report's terms. Over events a false condition is silence and no pass.
    pub(crate) fn summary(&self, outcome: &cloudtrail::Summary) -> Summary {
        let total = outcome.tally.total();
        let mut reasons: Vec<Reason> = outcome
            .tally
            .reasons
            .iter()
            .map(|(reason, count)| Reason { reason: reason.clone(), count: *count })
            .collect();
        reasons.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.reason.cmp(&b.reason)));
        let foreign = outcome.foreign.first.iter().map(|f| Broken {
            file: f.file.clone(),
            reason: f.why.clone(),
            ..Broken::default()
        });
        let broken = outcome.problems.first.iter().map(|p| Broken {
            file: p.file.clone(),
            offset: p.offset,
            reason: p.why.clone(),
            ..Broken::default()
        });
        let skipped = [
            (outcome.digests, "digest files"),
            (outcome.empty_files, "empty files"),
            (outcome.folders_out_of_range, "folders of other days"),
        ];
        let skipped = skipped.iter().filter(|(count, _)| *count > 0);
        let skipped =
            skipped.map(|(count, reason)| Reason { reason: (*reason).to_owned(), count: *count }).collect();
        Summary {
            input: Input {
                files: outcome.files,
                bytes: outcome.bytes,
                records: outcome.records - outcome.out_of_range,
                outside_time: outcome.out_of_range,
            },
            rules: self.plan.len() as u64,
            unknown: total.unknown,
            unknown_because: reasons,
            not_run: self.not_run.clone(),
            broken: outcome.problems.total + outcome.foreign.total,
            broken_at: broken.chain(foreign).collect(),
            skipped,
            interrupted: outcome.interrupted,
            ..Summary::default()
        }
    }
}
