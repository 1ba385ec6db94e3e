//! The command line as it is typed: clap types and nothing else. `commands` resolves them.

use std::path::PathBuf;

use clap::{ArgMatches, Args, Parser, Subcommand, ValueEnum};

/// Grades system designs by running them.
#[derive(Debug, Parser)]
#[command(
    name = "belt",
    version,
    about,
    long_about = "Grades system designs by running them.\n\nWithout a command, belt says where you stand and what to \
                  type next.",
    after_help = "Examples:\n  belt new day06      start the exercise: writes submissions/day06.yaml\n  belt check day06    \
                  grade it by running it\n  belt hint day06     a nudge about what costs most\n\nExit codes: 0 passed, \
                  1 below the pass mark, 2 usage or files, 3 broken course",
    disable_help_subcommand = true
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options every command takes.
#[derive(Debug, Clone, Default, Args)]
pub struct Global {
    /// Read the course from this directory instead of the one inside belt
    ///
    /// Also BELT_COURSE, or `course = "DIR"` in belt.toml.
    #[arg(long, global = true, value_name = "DIR")]
    pub course: Option<PathBuf>,
    /// Never colour the output (as NO_COLOR does)
    #[arg(long, global = true)]
    pub no_color: bool,
    /// Columns to write for; the terminal's width by default, 80 where there is none
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(40..=400))]
    pub width: Option<u16>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The exercises, week by week, with your last scores
    #[command(after_help = "Example:\n  belt list")]
    List,
    /// The task of an exercise
    #[command(after_help = "Example:\n  belt show day06 | less")]
    Show(ExerciseArg),
    /// Start an exercise: writes submissions/EXERCISE.yaml, never over an existing file
    #[command(after_help = "Examples:\n  belt new day06\n  belt new day06 --format json")]
    New {
        #[command(flatten)]
        exercise: ExerciseArg,
        /// Write YAML (with comments) or JSON
        #[arg(long, value_enum, default_value_t = SubmissionFormat::Yaml)]
        format: SubmissionFormat,
    },
    /// Grade submissions by running them
    #[command(
        after_help = "Examples:\n  belt check day06\n  belt check --all\n  belt check path/to/day06.yaml --format \
                            json\n  belt check day06 --format junit --output report.xml --format text\n  belt check \
                            --schema-only submissions/*.yaml"
    )]
    Check(CheckArgs),
    /// Hints about what lost points, three levels of them
    #[command(after_help = "Examples:\n  belt hint day06\n  belt hint day06 retry-safe --level 2")]
    Hint {
        /// Exercise or file
        #[arg(value_name = "EXERCISE|FILE")]
        target: String,
        /// Only hints about this criterion
        criterion: Option<String>,
        /// 1 is a nudge, 2 the concept, 3 nearly the answer
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=9))]
        level: u8,
    },
    /// What the pseudocode of an exercise may call
    #[command(after_help = "Example:\n  belt api day06")]
    Api(ExerciseArg),
    /// The JSON Schema of an exercise's submissions, for editors
    #[command(after_help = "Example:\n  belt schema day06 > day06.schema.json")]
    Schema(ExerciseArg),
    /// A counterexample, one step at a time
    #[command(after_help = "Examples:\n  belt replay day06\n  belt replay day06 2")]
    Replay {
        /// Exercise or file
        #[arg(value_name = "EXERCISE|FILE")]
        target: String,
        /// Number of the finding, as `belt check` prints it; the first with a counterexample by default
        finding: Option<u32>,
    },
    /// A lesson of the course, or the list of them
    #[command(after_help = "Examples:\n  belt lesson\n  belt lesson 8")]
    Lesson { number: Option<u32> },
    /// For instructors: test and lint the rubrics
    #[command(subcommand, after_help = "Examples:\n  belt rubric test day06\n  belt rubric lint --course my-course")]
    Rubric(RubricCommand),
    /// Completions for your shell
    #[command(after_help = "Example:\n  belt completions bash > ~/.local/share/bash-completion/completions/belt")]
    Completions { shell: clap_complete::Shell },
    /// The manual page
    #[command(after_help = "Example:\n  belt man | man -l -")]
    Man,
    /// Grades submissions that arrive on standard input (what `belt check` starts)
    #[command(hide = true)]
    Worker,
}

#[derive(Debug, Args)]
pub struct ExerciseArg {
    /// Such as day06
    pub exercise: String,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Exercises or files; every submission in submissions/ when none is given
    #[arg(value_name = "EXERCISE|FILE")]
    pub targets: Vec<String>,
    /// Every submission in submissions/
    #[arg(long, conflicts_with = "targets")]
    pub all: bool,
    /// Only check the form: nothing is run, no points are given
    #[arg(long)]
    pub schema_only: bool,
    /// Show every finding in full
    #[arg(long)]
    pub all_findings: bool,
    /// Seconds one check may take before it is stopped
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub time_limit: u16,
    /// What to write; may be repeated, each with its own --output
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Vec<Format>,
    /// Write the format named before it to this file rather than standard output
    #[arg(long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum RubricCommand {
    /// Grade every case and compare with what it must lose
    #[command(after_help = "Examples:\n  belt rubric test\n  belt rubric test day06")]
    Test { exercises: Vec<String> },
    /// Refuse duplicate ids, points that do not sum, empty hints, orphan files, untested criteria
    #[command(after_help = "Example:\n  belt rubric lint")]
    Lint,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SubmissionFormat {
    Yaml,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// Everything, as docs/report.schema.json describes it
    Json,
    /// Annotations on a pull request
    Github,
    /// JUnit XML
    Junit,
}

/// One format and where it goes; `None` is standard output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sink {
    pub format: Format,
    pub output: Option<PathBuf>,
}

/// Pairs each `--output` with the `--format` before it, by their places on the command line.
///
/// # Errors
/// A sentence for the user: an `--output` without a format, or two formats for standard output.
pub fn sinks(args: &CheckArgs, matches: &ArgMatches) -> Result<Vec<Sink>, String> {
    let indices = |id| matches.indices_of(id).map(Iterator::collect::<Vec<_>>).unwrap_or_default();
    let formats = indices("format").into_iter().zip(args.format.iter().map(|&format| Ok(format)));
    let outputs = indices("output").into_iter().zip(args.output.iter().map(Err));
    let mut typed: Vec<_> = formats.chain(outputs).collect();
    typed.sort_by_key(|&(index, _)| index);

    let mut sinks: Vec<Sink> = Vec::new();
    for (_, word) in typed {
        match (word, sinks.last_mut()) {
            (Ok(format), _) => sinks.push(Sink { format, output: None }),
            (Err(path), Some(sink @ Sink { output: None, .. })) => sink.output = Some(path.clone()),
            (Err(path), _) => {
                return Err(format!(
                    "`--output {0}` has no format: write `--format json --output {0}` (one --output after each --format)",
                    path.display()
                ));
            }
        }
    }
    if sinks.is_empty() {
        sinks.push(Sink { format: Format::Text, output: None });
    }
    if sinks.iter().filter(|sink| sink.output.is_none()).count() > 1 {
        return Err("two formats go to standard output: give all but one an `--output FILE`".to_owned());
    }
    Ok(sinks)
}
