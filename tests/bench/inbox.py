"""What a page of the inbox costs in a regency with 10,000 cases, beside the raw SQL of the same page."""

RAW = """
SELECT c.number, c.applicant_name, c.title, c.state, c.outcome, c.due_at, c.paused_at, c.filed_at, c.closed_at,
       c.amount, c.version_id, v.kind, v.name, s.name
  FROM services_case c
  JOIN services_service s ON s.id = c.service_id
  LEFT JOIN organisation_village v ON v.id = c.village_id
 WHERE c.closed_at IS NULL AND (c.filed_by_id = %(user)s OR c.version_id = ANY(%(versions)s))
 ORDER BY c.due_at, c.id
 LIMIT %(page)s
"""
RAW_COUNTS = """
SELECT count(*) FILTER (WHERE turn_role = ANY(%(roles)s)), count(*), count(*) FILTER (WHERE due_at < %(now)s),
       count(*) FILTER (WHERE due_at >= %(now)s AND due_at < %(midnight)s),
       count(*) FILTER (WHERE paused_at IS NOT NULL)
  FROM services_case
 WHERE closed_at IS NULL AND (filed_by_id = %(user)s OR version_id = ANY(%(versions)s))
"""
