//! Limits of the grading process, and how it is known which of them ended it.

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

/// Address space of a worker, in bytes: 1.5 GiB.
pub const MEMORY_BYTES: u64 = 3 << 29;
/// Processor time a worker may use for one submission, in seconds.
pub const CPU_S: u64 = 20;
/// How long a worker may go without a sign of life where nothing else is asked for: that is, how long one check may
/// take.
pub const SILENCE_MAX: Duration = Duration::from_secs(10);
/// A worker that has been busy for longer than this gets no further submission, so that what stays behind in its memory
/// does not add up. It is long, since what a worker has worked out for one submission it knows for the next.
pub const WORKER_AGE_MAX: Duration = Duration::from_secs(60);
/// Workers that may die over one submission before the rest of it is not graded.
pub const RESTARTS_MAX: usize = 8;
/// The longest line a worker may answer with, in bytes.
pub const LINE_BYTES_MAX: u64 = 64 << 20;

/// Puts the limits on this process that hold until it ends.
#[cfg(unix)]
pub fn apply() -> io::Result<()> {
    use rlimit::Resource;
    // A system may give less than is asked for, never more than its own hard limit.
    let lower = |resource: Resource, limit: u64| {
        let (_, hard) = resource.get()?;
        let limit = limit.min(hard);
        resource.set(limit, limit.max(limit.saturating_add(1).min(hard)))
    };
    lower(Resource::CORE, 0)?;
    // macOS knows the limit and does not keep it; the limits on time remain.
    if cfg!(not(target_os = "macos")) {
        lower(Resource::AS, MEMORY_BYTES)?;
    }
    Ok(())
}

/// Gives the submission that comes now its processor time, whatever those before it have used.
#[cfg(unix)]
pub fn renew() -> io::Result<()> {
    let used = cpu_time::ProcessTime::try_now()?.as_duration().as_secs_f64().ceil() as u64;
    let (_, hard) = rlimit::Resource::CPU.get()?;
    // The system ends the process at the soft limit; nothing a submission can say raises it.
    rlimit::Resource::CPU.set((used + CPU_S).min(hard), hard)
}

/// Elsewhere only the parent's clock limits a worker.
#[cfg(not(unix))]
pub fn apply() -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
pub fn renew() -> io::Result<()> {
    Ok(())
}

/// Why a worker ended, for the learner: what follows "running this", without a full stop.
pub fn cause_of_death(status: ExitStatus, stderr: &str, timed_out: Option<Duration>) -> String {
    if let Some(limit) = timed_out {
        return format!("took more than {} s", limit.as_secs());
    }
    if stderr.contains("memory allocation of") || stderr.contains("out of memory") {
        return format!("needed more than {} GiB of memory", MEMORY_BYTES as f64 / f64::from(1 << 30));
    }
    if stderr.contains("overflowed its stack") {
        return "nested so deeply that the stack overflowed".to_owned();
    }
    if stderr.contains("panicked at") {
        return "made belt itself fail, which is a mistake in belt: please report it".to_owned();
    }
    match signal(status) {
        Some(SIGXCPU) => format!("used more than {CPU_S} seconds of processor time"),
        Some(SIGKILL) => "was killed by the system, most likely for its use of memory".to_owned(),
        Some(signal) => format!("crashed the grading process (signal {signal})"),
        None => "crashed the grading process".to_owned(),
    }
}

const SIGKILL: i32 = 9;
const SIGXCPU: i32 = if cfg!(any(target_arch = "mips", target_arch = "mips64")) { 30 } else { 24 };

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_status: ExitStatus) -> Option<i32> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    #[test]
    fn the_cause_is_told_by_the_signal_and_the_last_words() {
        let cause = |signal, stderr| cause_of_death(ExitStatus::from_raw(signal), stderr, None);
        assert_eq!(cause(SIGXCPU, ""), "used more than 20 seconds of processor time");
        assert_eq!(cause(6, "memory allocation of 10000000000 bytes failed"), "needed more than 1.5 GiB of memory");
        assert!(cause(6, "thread 'main' has overflowed its stack").contains("nested so deeply"));
        assert!(cause(SIGKILL, "").contains("killed by the system"));
        assert!(cause(101 << 8, "thread 'main' panicked at src/x.rs").contains("please report it"));
        let slow = cause_of_death(ExitStatus::from_raw(SIGKILL), "", Some(Duration::from_secs(3)));
        assert_eq!(slow, "took more than 3 s", "the parent killed it, and knows why");
    }
}
