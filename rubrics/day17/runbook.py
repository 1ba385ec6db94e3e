import re


def words(value):
    return [word for word in re.split('[^a-z0-9_]+', str(value).lower()) if word] if value is not None else []


def unfilled(value):
    said = words(value)
    return not said or 'todo' in said or said in (['none'], ['n', 'a'], ['tbd'], ['xxx'])


def belongs(submission):
    runbook = submission.get('runbook')
    name = runbook.get('alert') if isinstance(runbook, dict) else ''
    name = ', '.join(str(alert) for alert in name) if isinstance(name, list) else str(name or '')
    if unfilled(name):
        return 'the runbook names no alert'
    alerts = submission.get('alerts')
    named = []
    for value in (alerts.values() if isinstance(alerts, dict) else []):
        named += value if isinstance(value, list) else str(value).split(',')
    named = [str(alert).strip() for alert in named]
    listed = [part.strip() for part in name.split(',')]
    for alert in listed:
        if alert not in named and alert not in str(submission.get('rules')):
            return f'the runbook is about {alert}, and no rule has this name'
    return None


def useful(submission):
    runbook = submission.get('runbook')
    steps = runbook.get('steps') if isinstance(runbook, dict) else None
    if not isinstance(steps, list) or not steps:
        return 'the runbook has no steps'
    seen = []
    typed = 0
    for number, step in enumerate(steps):
        if not isinstance(step, dict):
            return f'step {number + 1} is no mapping with check and action'
        check = words(step.get('check'))
        action = words(step.get('action'))
        command = words(step.get('command'))
        if unfilled(step.get('check')) or len(check) + len(command) < 3:
            return f'step {number + 1} does not say what to look at'
        if unfilled(step.get('action')) or len(action) < 3:
            return f'step {number + 1} does not say what to do with what one sees'
        if check == action or action in seen or check in seen:
            return f'step {number + 1} says the same thing twice'
        seen.append(check)
        seen.append(action)
        written = str(step.get('command') or '').strip()
        if not unfilled(written) and (len(command) > 1 or len(written) > 12) and any(sign in written for sign in ' /_(.-:'):
            # "open the dashboard" is a sentence, and nobody can type it
            if any(sign in written for sign in '/_(.-:=|') or not any(word in ('the', 'a', 'an', 'your', 'our') for word in command):
                typed += 1
    if len(steps) < 3:
        return f'the runbook has {len(steps)} steps, and three at least lead from the alarm to the repair'
    if typed < 2:
        return f'{typed} of {len(steps)} steps have a command or a query, and at 3 a.m. nobody should have to invent them'
    return None
