//! One expectation held against what was sent and what fired.

use super::Expectation;
use super::read::{Files, Means};
use super::severities::changing;
use super::{story, why};
use crate::checks::{Place, Problem, quote};
use crate::promql::alertmanager::{Notification, matching_routes, silenced_by};
use crate::promql::duration::{millis, of_day, spoken};
use crate::promql::replay::{Episode, Run};
use crate::promql::store::Millis;

/// The stretch of time an expectation is about.
#[derive(Clone, Copy)]
pub struct Stretch {
    pub from: Millis,
    pub by: Millis,
}

/// # Errors
/// When the expectation itself is wrong.
pub fn examine(expectation: &Expectation, files: &Files, run: &mut Run) -> Result<Option<Problem>, String> {
    let time =
        |text: &str| millis(text).map(|time| run.start + time).ok_or_else(|| format!("`{text}` is no length of time"));
    let stretch = Stretch { from: time(&expectation.from)?, by: time(&expectation.by)? };
    let because = expectation.because.as_str();
    Ok(match expectation {
        Expectation { page: Some(role), .. } => heard(files, run, role, stretch, because, &[Means::Page]),
        Expectation { notice: Some(role), .. } => {
            heard(files, run, role, stretch, because, &[Means::Page, Means::Chat])
        }
        Expectation { quiet: Some(roles), .. } => quiet(files, run, roles, stretch, expectation.at_most, because),
        Expectation { resolved: Some(role), .. } => resolved(files, run, role, stretch, because),
        _ => return Err("an expectation has one of page, notice, quiet and resolved".to_owned()),
    })
}

/// An alert of the role is told, for the first time within the stretch.
fn heard(files: &Files, run: &mut Run, role: &str, stretch: Stretch, because: &str, ways: &[Means]) -> Option<Problem> {
    let playing = files.playing(role);
    let Some(&first_rule) = playing.first() else {
        return Some(Problem {
            message: format!("no alert is named for {role}"),
            place: files.at_role(role),
            ..Problem::default()
        });
    };
    let mut told: Vec<Millis> = Vec::new();
    let mut seen: Vec<_> = Vec::new();
    for sent in &run.sent {
        for alert in sent.alerts.iter().filter(|alert| playing.contains(&alert.0)) {
            // An alert that has been told about says nothing new when its group tells again.
            let begins = run.episodes.iter().any(|e| {
                e.rule == alert.0 && e.labels == alert.1 && e.fired.is_some_and(|f| f >= stretch.from && f <= sent.time)
            });
            if ways.contains(&files.means(&sent.receiver)) && begins && !seen.contains(&alert) {
                seen.push(alert);
                told.push(sent.time);
            }
        }
    }
    let first = told.into_iter().filter(|time| *time >= stretch.from).min();
    if first.is_some_and(|time| time <= stretch.by) {
        return None;
    }
    // The rule that came closest is the one to talk about.
    let rank = |rule: usize| {
        let episodes = || run.episodes.iter().filter(move |e| e.rule == rule && ends_after(e, stretch.from));
        let fired = episodes().filter_map(|e| e.fired).filter(|at| *at >= stretch.from).min();
        (fired.is_none(), fired.unwrap_or(0), episodes().next().is_none())
    };
    let rule = playing.iter().copied().min_by_key(|rule| rank(*rule)).unwrap_or(first_rule);
    let verb = if ways.contains(&Means::Chat) { "tells nobody" } else { "pages nobody" };
    let expected = format!("by {}, {} after it began", of_day(stretch.by), spoken(stretch.by - stretch.from));
    let name = run.rules[rule].name.clone();
    let fired_at =
        run.episodes.iter().filter(|e| e.rule == rule).filter_map(|e| e.fired).filter(|at| *at >= stretch.from).min();
    let pending =
        run.episodes.iter().find(|e| e.rule == rule && e.fired.is_none() && ends_after(e, stretch.from)).cloned();
    let before = run
        .episodes
        .iter()
        .find(|e| e.rule == rule && e.fired.is_some_and(|f| f < stretch.from) && ends_after(e, stretch.from));
    let before = before.cloned();
    let mut problem = Problem { expected: Some(expected), ..Problem::default() };
    if let Some(fired) = fired_at {
        let cause = unheard(files, run, rule, fired, ways);
        match first.or(Some(fired).filter(|at| *at > stretch.by && cause.is_none())) {
            Some(time) => {
                problem.message = format!(
                    "{because}, and {name} {} only at {}, after {}",
                    if first.is_some() { "is heard" } else { "fires" },
                    of_day(time),
                    spoken(time - stretch.from)
                );
                problem.place = files.at_rule(run.rules[rule], "for");
                problem.notes = why::waiting(run, rule, stretch.from, fired);
            }
            None => {
                let (message, place) = cause.unwrap_or_else(|| {
                    (format!("{name} fires at {} and {verb}", of_day(fired)), files.at_rule(run.rules[rule], ""))
                });
                problem.message = format!("{message}, while {because}");
                problem.place = place;
            }
        }
    } else if let Some(pending) = pending {
        let wait = run.rules[rule].alert.map_or(0, |alert| alert.wait);
        problem.message = match pending.ended {
            Some(ended) => format!(
                "{because}, and {name} is pending from {} to {}: it would have fired at {}",
                of_day(pending.since),
                of_day(ended),
                of_day(pending.since + wait)
            ),
            None => format!("{because}, and {name} is pending from {} on and does not fire", of_day(pending.since)),
        };
        problem.place = files.at_rule(run.rules[rule], "for");
        problem.notes = vec![format!("`for` asks for {} without an interruption", spoken(wait))];
    } else if let Some(before) = before {
        problem.message = format!(
            "{because}, and {name} says nothing new: it has been firing since {}",
            of_day(before.fired.unwrap_or(before.since))
        );
        problem.place = files.at_rule(run.rules[rule], "expr");
    } else {
        problem.message = format!("{because}, and {name} does not fire");
        problem.place = files.at_rule(run.rules[rule], "expr");
        why::silent(files, run, rule, stretch, &mut problem);
    }
    if let Some(label) = changing(run.rules[rule]) {
        let note = format!(
            "its label {} holds the value, so a new value is another alert, and `for` begins anew",
            quote(label)
        );
        problem.notes.insert(0, note);
        problem.place = files.at_rule(run.rules[rule], &format!("labels/{label}"));
    }
    problem.story = Some(story::tell(run, rule, stretch));
    Some(problem)
}

fn ends_after(episode: &Episode, time: Millis) -> bool {
    episode.ended.is_none_or(|ended| ended > time)
}

/// Why an alert that fires is not heard: it is silenced, or its receiver wakes nobody.
fn unheard(files: &Files, run: &Run, rule: usize, fired: Millis, ways: &[Means]) -> Option<(String, Place)> {
    let name = &run.rules[rule].name;
    let episode = run.episodes.iter().find(|e| e.rule == rule && e.fired == Some(fired))?;
    let alert = (rule, episode.labels.clone());
    let sent = run.sent.iter().find(|sent| sent.time >= fired && sent.alerts.contains(&alert));
    if let Some(sent) = sent {
        if ways.contains(&files.means(&sent.receiver)) {
            return None;
        }
        let message =
            format!("{name} fires at {} and goes to {}, which wakes nobody", of_day(fired), quote(&sent.receiver));
        return Some((message, files.at_rule(run.rules[rule], "labels/severity")));
    }
    // It was never sent: its route is mute, or something silenced it.
    let routes = matching_routes(&files.config.root, &alert.1);
    let mute = routes.iter().find_map(|route| Some((route, files.config.muted(route, fired + route.wait)?)));
    if let Some((route, interval)) = mute {
        let message = format!("{name} fires at {}, when {} keeps its route mute", of_day(fired), quote(interval));
        let field = if route.mute.iter().any(|mute| mute == interval) { "mute" } else { "active" };
        return Some((message, files.at_config(&format!("{}/{field}_time_intervals", route.at))));
    }
    // What silences it may fire a little later.
    let later = [fired, fired + 60_000, fired + 180_000, fired + 300_000];
    later.iter().find_map(|time| {
        let firing = run
            .episodes
            .iter()
            .filter(|e| e.fired.is_some_and(|f| f <= *time) && ends_after(e, *time))
            .map(|e| (e.rule, e.labels.clone()))
            .collect();
        let (inhibition, source) = silenced_by(&files.config.inhibit, &alert, &firing)?;
        let source = &run.rules[source.0].name;
        let message = format!("{name} fires at {} and is silenced by {source}", of_day(fired));
        Some((message, files.at_config(&inhibition.at)))
    })
}

/// No more pages than that; with roles, only those that tell of them.
fn quiet(
    files: &Files,
    run: &mut Run,
    roles: &[String],
    stretch: Stretch,
    at_most: usize,
    because: &str,
) -> Option<Problem> {
    let playing: Vec<usize> = roles.iter().flat_map(|role| files.playing(role)).collect();
    let counts = |sent: &&Notification| {
        let about = roles.is_empty() || sent.alerts.iter().any(|(rule, _)| playing.contains(rule));
        files.is_page(sent) && about && sent.time >= stretch.from && sent.time < stretch.by
    };
    let pages: Vec<Notification> = run.sent.iter().filter(counts).cloned().collect();
    if pages.len() <= at_most {
        return None;
    }
    let own = files.rules().count();
    let first = &pages[0];
    let rule = first.alerts.iter().map(|(rule, _)| *rule).find(|rule| roles.is_empty() || playing.contains(rule))?;
    let name = run.rules[rule].name.clone();
    let count = pages.len();
    let mut problem = Problem {
        message: match count {
            1 => format!("{name} pages at {}, although {because}", of_day(first.time)),
            _ => format!(
                "{because}, and the person on call is paged {count} times, first at {} by {name}",
                of_day(first.time)
            ),
        },
        expected: Some(match at_most {
            0 => "no page".to_owned(),
            1 => "at most 1 page".to_owned(),
            n => format!("at most {n} pages"),
        }),
        notes: summary(run, &pages),
        ..Problem::default()
    };
    // Too many pages of the same rules are a matter of how they are grouped and repeated.
    let spread = at_most > 0 && (rule >= own || repeated(&pages));
    problem.place = if spread {
        files.at_config(&grouping_of(files, &first.route))
    } else if rule < own {
        files.at_rule(run.rules[rule], "expr")
    } else {
        files.at_config(&first.route)
    };
    if rule < own && !spread {
        let since = run.episodes.iter().filter(|e| e.rule == rule && e.fired.is_some_and(|f| f <= first.time));
        let since = since.map(|e| e.since).max().unwrap_or(first.time);
        problem.story = Some(story::tell(run, rule, Stretch { from: since, by: first.time }));
    }
    Some(problem)
}

fn repeated(pages: &[Notification]) -> bool {
    let rules = |page: &Notification| page.alerts.iter().map(|(rule, _)| *rule).collect::<Vec<_>>();
    let most = pages.iter().map(|page| pages.iter().filter(|other| rules(other) == rules(page)).count()).max();
    most.unwrap_or(0) * 2 > pages.len() && pages.len() > 2
}

/// Where the grouping of a route is written: at the route, or above it.
fn grouping_of(files: &Files, route: &str) -> String {
    let mut at = route.to_owned();
    loop {
        let place = files.at_config(&format!("{at}/group_by"));
        if place != files.at_config(&at) && place != files.at_config("") {
            return format!("{at}/group_by");
        }
        match at.rsplit_once("/routes/") {
            Some((above, _)) => at = above.to_owned(),
            None => return at,
        }
    }
}

/// The pages, one line each; many of the same rule together.
fn summary(run: &Run, pages: &[Notification]) -> Vec<String> {
    let mut lines: Vec<(String, String, usize)> = Vec::new();
    for page in pages {
        let mut names: Vec<&str> = page.alerts.iter().map(|(rule, _)| run.rules[*rule].name.as_str()).collect();
        names.dedup();
        let what = names.join(", ");
        match lines.last_mut() {
            Some((_, last, count)) if *last == what => *count += 1,
            _ => lines.push((of_day(page.time), what, 1)),
        }
    }
    let count = lines.len();
    let mut told: Vec<String> = lines
        .into_iter()
        .take(6)
        .map(|(time, what, count)| match count {
            1 => format!("{time}  page: {what}"),
            n => format!("{time}  {n} pages: {what}"),
        })
        .collect();
    if count > 6 {
        told.push(format!("and {} more", count - 6));
    }
    told
}

/// The role's alert has fired, and at the end of the stretch it no longer does.
fn resolved(files: &Files, run: &mut Run, role: &str, stretch: Stretch, because: &str) -> Option<Problem> {
    let playing = files.playing(role);
    let of_role = |e: &&Episode| playing.contains(&e.rule) && e.fired.is_some();
    let fired: Vec<&Episode> = run.episodes.iter().filter(of_role).collect();
    if fired.is_empty() {
        let rule = playing.first().copied();
        let place = rule.map_or_else(|| files.at_role(role), |rule| files.at_rule(run.rules[rule], "expr"));
        return Some(Problem {
            message: format!("{because}, and nothing can resolve, since no alert for {role} has fired before"),
            place,
            ..Problem::default()
        });
    }
    let late = fired.iter().find(|e| e.fired.is_some_and(|f| f <= stretch.by) && ends_after(e, stretch.by));
    let late = (*late?).clone();
    let name = run.rules[late.rule].name.clone();
    let keeps = run.rules[late.rule].alert.is_some_and(|alert| alert.keep_firing > 0);
    let mut problem = Problem {
        message: match late.ended {
            Some(ended) => format!("{because}, and {name} fires until {}", of_day(ended)),
            None => format!("{because}, and {name} still fires at {}", of_day(run.end)),
        },
        expected: Some(format!("resolved by {}", of_day(stretch.by))),
        place: files.at_rule(run.rules[late.rule], if keeps { "keep_firing_for" } else { "expr" }),
        ..Problem::default()
    };
    problem.story = Some(story::tell(run, late.rule, stretch));
    Some(problem)
}
