"""What a rep can do with a mailed link: open the briefing, take over, log an outcome, pause and resume the plan."""
