"""A small helpdesk for the browser: FastAPI, `supportflow.contrib.fastapi`, and pages without a build step."""
