//! The explorer against plain enumeration of every schedule, on small random programs.

use proptest::prelude::*;

use super::client::Forest;
use super::components::service::Service;
use super::explore::{Exploration, Explorer};
use super::python::Program;
use super::state::{Bounds, ClientPlan, Faults, Injection, Judge, State, Violation};
use super::world::{Component, World};
use super::{errors, pure};

const CELLS: &str = "
books = {'x': 0, 'y': 0}

def read(books, name):
    return books[name]

def write(books, name, value):
    books[name] = value

def claim(books, name, who):
    if books[name] != 0:
        raise UniqueViolation(name)
    books[name] = who
";

struct Everything;

impl Judge for Everything {
    fn always(&mut self, _: &mut World, _: &Forest, _: &State) -> Option<Violation> {
        None
    }
    fn end(&mut self, _: &mut World, _: &Forest, _: &State) -> Option<Violation> {
        None
    }
}

struct Crashes(Vec<Injection>);

impl Faults for Crashes {
    fn at(&self, _client: usize, _component: usize, _method: &str) -> &[Injection] {
        &self.0
    }
}

#[derive(Debug, Clone, Copy)]
enum Op {
    Read(&'static str),
    Write(&'static str),
    Claim(&'static str),
    Wait(u8),
}

fn op() -> impl Strategy<Value = Op> {
    let cell = prop_oneof![Just("x"), Just("y")];
    prop_oneof![
        cell.clone().prop_map(Op::Read),
        cell.clone().prop_map(Op::Write),
        cell.prop_map(Op::Claim),
        (0_u8..3).prop_map(Op::Wait),
    ]
}

/// A function that does the operations; what it writes depends on what it has read.
fn function(index: usize, ops: &[Op]) -> String {
    let mut text = format!("def client{index}():\n    seen = {}\n", index + 1);
    for op in ops {
        text.push_str(&match op {
            Op::Read(cell) => format!("    seen = seen * 3 + cells.read('{cell}')\n"),
            Op::Write(cell) => format!("    cells.write('{cell}', seen)\n"),
            Op::Claim(cell) => {
                format!(
                    "    try:\n        cells.claim('{cell}', seen)\n    except UniqueViolation:\n        seen = -seen\n"
                )
            }
            Op::Wait(seconds) => format!("    clock.sleep({seconds})\n"),
        });
    }
    text.push_str("    return seen\n");
    text
}

/// Both explorations use one world and one forest, so their ends can be compared.
fn both(programs: &[Vec<Op>], bounds: &Bounds, injections: Vec<Injection>) -> (Exploration, Exploration) {
    let service = Service::new(CELLS, &serde_json::Map::new()).expect("the service compiles");
    let components: Vec<(String, Box<dyn Component>)> =
        vec![("cells".to_owned(), Box::new(service)), ("clock".to_owned(), Box::new(super::components::clock::Clock))];
    let mut world = World::new(components);
    let code: String = programs.iter().enumerate().map(|(index, ops)| function(index, ops)).collect();
    let entries: String = (0..programs.len()).map(|index| format!("client{index}, ")).collect();
    let prelude = format!("{}{}{}", errors::PRELUDE, pure::PRELUDE, world.stubs());
    let program = Program::compile(&prelude, &code, &format!("[{entries}][_belt_entry]()"), &["_belt_entry"]);
    let mut forest = Forest::new(program.expect("the program compiles"), Vec::new());
    let clients: Vec<ClientPlan> = (0..programs.len())
        .map(|index| ClientPlan {
            name: index.to_string(),
            number: index as u32,
            entry: index as u32,
            restart: Some(index as u32),
            at: 0,
            after: Vec::new(),
        })
        .collect();
    let faults = Crashes(injections);
    let mut explore = |prune| {
        let mut explorer = Explorer {
            world: &mut world,
            forest: &mut forest,
            clients: &clients,
            faults: &faults,
            judge: &mut Everything,
            bounds: bounds.clone(),
            prune,
        };
        let initial = explorer.initial(vec![0, 0], 0);
        explorer.explore(initial)
    };
    (explore(true), explore(false))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn pruning_loses_no_outcome(
        programs in prop::collection::vec(prop::collection::vec(op(), 1..4), 2..4),
        preemptions in 0_u32..4,
        crash in any::<bool>(),
    ) {
        let bounds = Bounds { preemptions, faults: u32::from(crash), states: 200_000, ..Bounds::default() };
        let (pruned, plain) = both(&programs, &bounds, vec![Injection::Crash, Injection::LateRequest]);
        prop_assert!(plain.explored.complete && pruned.explored.complete);
        prop_assert_eq!(&pruned.ends, &plain.ends);
        prop_assert!(pruned.explored.transitions <= plain.explored.transitions);
    }
}

#[test]
fn three_clients_of_five_calls_take_a_fifth_of_the_runs_or_less() {
    let ops = vec![Op::Read("x"), Op::Claim("x"), Op::Read("y"), Op::Write("y"), Op::Read("x")];
    let bounds = Bounds { preemptions: 3, faults: 0, states: 2_000_000, ..Bounds::default() };
    let (pruned, plain) = both(&[ops.clone(), ops.clone(), ops], &bounds, Vec::new());
    assert!(plain.explored.complete && pruned.explored.complete);
    assert_eq!(pruned.ends, plain.ends);
    assert!(pruned.runs * 5 <= plain.runs, "{} runs against {}", pruned.runs, plain.runs);
}
