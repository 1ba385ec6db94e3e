use super::*;
use proptest::prelude::*;

fn machine(text: &str) -> StateMachine {
    parse_state_machine(text, &|_| BTreeSet::new()).expect("parses")
}

fn arrows(machine: &StateMachine) -> Vec<String> {
    machine.transitions.iter().map(|t| format!("{} -{}-> {}", t.from, t.label, t.to)).collect()
}

#[test]
fn a_state_diagram_keeps_names_labels_and_places() {
    let text = "%%{init: {'theme': 'dark'}}%%\n%% the breaker — é\nstateDiagram-v2\r\n  direction LR\n  [*] --> Closed\n  state \"Half open\" as HO\n  Closed --> Open : 5 failures [in 10 s] / trip\n  Open --> HO : after 30 s\n  HO : probing\n  note right of HO : a note --> nothing\n  HO --> [*]\n";
    let machine = machine(text);
    assert_eq!(machine.initial, ["Closed"]);
    assert_eq!(machine.finals, ["HO"]);
    assert_eq!(arrows(&machine), ["Closed -5 failures [in 10 s] / trip-> Open", "Open -after 30 s-> HO"]);
    assert_eq!(machine.state("HO").expect("there").label, "Half open probing");
    for state in &machine.states {
        assert_eq!(&text[state.range.clone()], state.name);
    }
    assert_eq!(&text[machine.transitions[1].range.clone()], "Open --> HO : after 30 s");
}

#[test]
fn front_matter_and_fences_are_no_part_of_the_diagram() {
    for text in [
        "---\ntitle: x\n---\nstateDiagram-v2\nA --> B",
        "```mermaid\nstateDiagram-v2\nA --> B\n```\n",
        "\n\n  stateDiagram\n  A --> B",
    ] {
        let machine = machine(text);
        assert_eq!(&text[machine.states[1].range.clone()], "B", "{text}");
    }
}

#[test]
fn composite_states_are_unfolded() {
    let machine = machine(
        "stateDiagram-v2\n[*] --> Work\nstate Work {\n [*] --> A\n A --> B : go\n B --> [*]\n}\nWork --> Done\nWork --> Failed : error\nDone --> [*]\n",
    );
    assert_eq!(machine.initial, ["A"]);
    let arrows = arrows(&machine);
    for expected in ["A -go-> B", "B --> Work_end", "Work_end --> Done", "A -error-> Failed", "B -error-> Failed"] {
        assert!(arrows.iter().any(|a| a == expected), "{expected} in {arrows:?}");
    }
    assert!(!arrows.iter().any(|a| a == "A --> Done"), "{arrows:?}");
    assert_eq!(machine.state("A").expect("there").inside[0].0, "Work");
}

#[test]
fn a_choice_is_passed_through() {
    let machine =
        machine("stateDiagram-v2\nstate c <<choice>>\nHO --> c : probe\nc --> Closed : ok\nc --> Open : [failed]\n");
    assert_eq!(arrows(&machine), ["HO -probe / ok-> Closed", "HO -probe / [failed]-> Open"]);
    assert_eq!(machine.transitions[0].parts, ["probe", "ok"]);
}

#[test]
fn a_flowchart_serves_as_a_state_machine() {
    let machine = machine(
        "flowchart LR\n s((start)) --> Closed\n Closed -->|5 failures| Open[\"open (failing)\"]\n Open --> e([end])\n",
    );
    assert_eq!(machine.initial, ["Closed"]);
    assert_eq!(machine.finals, ["Open"]);
    assert_eq!(machine.state("Open").expect("there").label, "open (failing)");
}

#[test]
fn mistakes_are_placed_on_their_line() {
    for (text, marked, help) in [
        ("stateDiagram-v2\n Half-Open --> Closed\n", "Half-Open --> Closed", "HalfOpen"),
        ("stateDiagram-v2\n A --> B\n B -> C\n D --> E\n", "B -> C", "`-->`"),
        ("stateDiagram-v2\n A --> B\n half open --> B\n", "half open", "`state \"half open\" as HalfOpen`"),
        ("stateDiagram-v2\n A --> half open : wait\n", "half open", "one word"),
        ("stateDiagram-v2\n state Half open\n", "state Half open", "as HalfOpen"),
        ("stateDiagram-v2\n Closed --> Open | fifth failure\n", "Open |", "`Closed --> Open : fifth failure`"),
        ("stateDiagram-v2\n Closed -->|fifth failure| Open\n", "|fifth failure|", "`Closed --> Open : fifth failure`"),
        ("stateDiagram-v2\n Closed -- fails --> Open\n", "Closed -- fails --> Open", "`Closed --> Open : fails`"),
        ("stateDiagram-v2\n Closed --> Open fifth failure\n", "Open fifth", "`Closed --> Open : fifth failure`"),
        ("stateDiagram-v2\n Closed → Open : x\n", "Closed →", "`Closed --> Open : x`"),
        ("stateDiagram-v2\n Closed ==> Open : x\n", "Closed ==>", "`Closed --> Open : x`"),
        ("stateDiagram-v2\n \"Half open\" --> A\n", "\"Half open\"", "`state \"Half open\" as HalfOpen`"),
        ("stateDiagram v2\n A --> B\n", "stateDiagram v2", "`stateDiagram-v2`"),
        ("statediagram-v2\n A --> B\n", "statediagram-v2", "capital D"),
        ("flowchart lr\n A --> B\n", "lr", "capitals"),
        ("flowchart LR\n A → B\n", "→", "`A --> B`"),
        ("flowchart LR\n A -> B\n", "->", "`A --> B`"),
        ("flowchart LR\n A --> B : writes\n", ":", "`A -->|writes| B`"),
        ("flowchart LR\n Load Balancer --> Server\n", "Balancer", "`LoadBalancer[Load Balancer]`"),
        ("flowchart LR\n A --> B %% why\n", "%%", "line of its own"),
        ("stateDiagram-v2\n A --> \n", "A -->", "Closed --> Open"),
        ("flowchart LR\n A --> end\n", "end", "`End`"),
        ("flowchart LR\n A --> B\n B[cache (redis)] --> C\n", "B[cache (redis)] --> C", "quotes"),
        ("%% é\nflowchart LR\n A --> --> B\n", "-->", "client"),
    ] {
        let error = parse(text).expect_err(text);
        assert_eq!(&text[error.range.clone()], marked, "{text}: {error:?}");
        assert!(error.help.as_deref().unwrap_or("").contains(help), "{error:?}");
    }
}

#[test]
fn other_kinds_are_named() {
    for (text, kind) in [
        ("classDiagram\n A <|-- B", "a class diagram"),
        ("C4Context\n Person(a, \"b\")", "a C4 diagram"),
        ("architecture-beta\n service db(database)[DB]", "an architecture diagram"),
    ] {
        let error = parse_graph(text).expect_err(text);
        assert_eq!(error.message, format!("{kind} is not a kind of diagram that is read"));
        assert_eq!(error.help.as_deref(), Some("begin with `flowchart LR` and write `client --> server`"));
    }
    assert!(parse("@startuml\n A -> B").expect_err("refused").message.contains("PlantUML"));
    assert!(parse("digraph { A -> B }").expect_err("refused").message.contains("Graphviz"));
    assert!(parse("hello").expect_err("refused").message.contains("what kind"));
    assert!(parse("  \n").expect_err("refused").message.contains("no diagram"));
    assert!(parse_graph("sequenceDiagram\n A->>B: hi").expect_err("refused").message.contains("sequence"));
    assert!(
        parse_state_machine("sequenceDiagram\n A->>B: hi", &|_| BTreeSet::new())
            .expect_err("refused")
            .message
            .contains("sequence")
    );
}

#[test]
fn an_end_that_no_event_leads_to_marks_where_the_machine_ends() {
    for end in ["E((end))", "E([stop])", "E(((Finish)))", "E((\" \"))", "E(((\" \")))"] {
        let machine = machine(&format!(
            "flowchart LR\n S((\" \")) --> P\n P -->|ok| D[done] --> {end}\n R[bad] --> E\n P -->|no| R\n"
        ));
        assert_eq!(
            (machine.initial.as_slice(), machine.finals.len()),
            (&["P".to_string()][..], 2),
            "{end}: {machine:?}"
        );
        assert!(machine.state("E").is_none(), "{end}");
    }
}

#[test]
fn a_statement_may_end_in_a_semicolon() {
    for text in ["stateDiagram-v2\n A --> B;\n B --> C; \n", "stateDiagram-v2\n A --> B ; B --> C ;\n"] {
        assert_eq!(arrows(&machine(text)), ["A --> B", "B --> C"], "{text}");
    }
}

#[test]
fn edges_are_found_where_they_are_drawn() {
    let text = "flowchart LR\n A & B --> C\n A -.->|x| B\n A == y ==> B\n";
    let graph = parse_graph(text).expect("parses");
    let drawn: Vec<&str> = graph.edges.iter().map(|e| &text[e.range.clone()]).collect();
    assert_eq!(drawn, ["A & B --> C", "B --> C", "A -.->|x| B", "A == y ==> B"]);
}

#[test]
fn a_flowchart_keeps_edges_of_every_kind() {
    let text = "graph TD\n A[User<br/>x] --> B{API} & C(Q) -->|write| D[(db)]\n D <--> E\n A -- read it --> E\n A -.-> G\n A ==> G\n A --- G\n A --o G\n A ~~~ E\n";
    let graph = parse_graph(text).expect("parses");
    let edges: Vec<String> = graph.edges.iter().map(|e| format!("{}{}{}", e.from, e.label, e.to)).collect();
    assert_eq!(edges, ["AB", "AC", "BwriteD", "CwriteD", "DE", "ED", "Aread itE", "AG", "AG", "AG", "GA", "AG"]);
    assert_eq!(graph.node("A").expect("there").label, "User x");
    assert_eq!(&text[graph.node("G").expect("there").range.clone()], "G");
    assert_eq!(&text[graph.edges[2].range.clone()], "B{API} & C(Q) -->|write| D");
    assert_eq!(&text[graph.edges[8].range.clone()], "A ==> G");
}

#[test]
fn an_edge_to_a_subgraph_reaches_what_is_inside() {
    let graph = parse_graph("flowchart LR\n subgraph r [Replicas]\n  r1\n  r2\n end\n primary -->|replicates| r\n")
        .expect("parses");
    let edges: Vec<String> = graph.edges.iter().map(|e| format!("{}>{}", e.from, e.to)).collect();
    assert_eq!(edges.len(), 2, "{edges:?}");
    assert!(graph.nodes.iter().all(|n| n.id != "r"));
    assert_eq!(graph.subgraphs[0].title, "Replicas");
}

#[test]
fn a_node_is_found_outside_labels() {
    let text = "flowchart LR\n a[\"talks to db\"] --> db[(store)]\n load-balancer --> a\n";
    let graph = parse_graph(text).expect("parses");
    let at = graph.node("db").expect("there").range.clone();
    assert_eq!(at.start, text.find("db[").expect("there"));
    assert_eq!(&text[graph.node("load-balancer").expect("there").range.clone()], "load-balancer");
}

#[test]
fn a_sequence_lists_its_messages() {
    let text = "sequenceDiagram\n participant U as User\n U->>API: pay\n API-->>U: 200\n Note over U: x\n";
    let sequence = parse_sequence(text).expect("parses");
    assert_eq!(sequence.participants[0].label, "User");
    assert_eq!(sequence.messages.len(), 2);
    assert_eq!(&text[sequence.messages[1].range.clone()], "API-->>U: 200");
}

#[test]
fn hostile_text_is_refused_or_read_but_never_hangs() {
    assert!(
        parse(&format!("flowchart LR\n{}", "A-->B\n".repeat(200_000))).expect_err("too long").message.contains("bytes")
    );
    let deep = format!("stateDiagram-v2\n{}A --> B\n{}", "state X {\n".repeat(500), "}\n".repeat(500));
    assert!(parse(&deep).expect_err("too deep").message.contains("deep"));
    let wide = "n & ".repeat(5_000);
    assert!(parse(&format!("flowchart LR\n{wide}z --> {wide}z\n")).expect_err("too wide").message.contains('&'));
    let long: String = (0..450).map(|i| format!("n{i} --> n{}\n", i + 1)).collect();
    assert_eq!(parse_graph(&format!("flowchart LR\n{long}")).expect("parses").edges.len(), 450);
    let choices: String = (0..12).map(|i| format!("state c{i} <<choice>>\n")).collect();
    let between: String = (0..144).map(|i| format!("c{} --> c{}\n", i / 12, i % 12)).collect();
    let _ = parse(&format!("stateDiagram-v2\n{choices}A --> c0\n{between}"));
    let escapes = "stateDiagram-v2\n A --> B : \u{1b}[31mred\u{202e}\n \u{1b}]0;x\u{7}--> C\n";
    if let Ok(Diagram::StateMachine(machine)) = parse(escapes) {
        assert!(machine.transitions.iter().all(|t| !t.label.contains('\u{1b}')));
    }
    if let Err(error) = parse(escapes) {
        assert!(!error.message.contains('\u{1b}') && !error.help.unwrap_or_default().contains('\u{1b}'));
    }
}

#[test]
fn names_agree_in_any_spelling() {
    for name in ["HalfOpen", "half_open", "Half Open", "HALF-OPEN", "half<br/>open"] {
        assert_eq!(normalise(name), "halfopen");
    }
    assert_eq!(words("HalfOpen half_open 5 failures"), ["half", "open", "half", "open", "5", "failures"]);
}

proptest! {
    #[test]
    fn parsing_never_panics(head in "(stateDiagram-v2|flowchart LR|graph TD|sequenceDiagram|---|)\n?", lines in "([ -~é\u{1b}\n]|-->|\\[\\*\\]|state |subgraph |end|\\{|\\}|: |%%|```){0,60}") {
        let text = format!("{head}{lines}");
        match parse(&text) {
            Ok(Diagram::StateMachine(m)) => {
                for range in m.states.iter().map(|s| &s.range).chain(m.transitions.iter().map(|t| &t.range)) {
                    prop_assert!(text.get(range.clone()).is_some());
                }
            }
            Ok(Diagram::Graph(g)) => {
                for range in g.nodes.iter().map(|s| &s.range).chain(g.edges.iter().map(|t| &t.range)) {
                    prop_assert!(text.get(range.clone()).is_some());
                }
                let _ = StateMachine::from_graph(&g, &BTreeSet::new());
            }
            Ok(Diagram::Sequence(_)) => {}
            Err(error) => prop_assert!(text.get(error.range).is_some()),
        }
    }
}
