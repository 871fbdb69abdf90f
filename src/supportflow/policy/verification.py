"""Verification under the name that hosts import it by; it lives in `supportflow.policy.verify`."""

from supportflow.policy.verify.policy import Finding, Kind, Report, Severity, invalid, verify

__all__ = ["Finding", "Kind", "Report", "Severity", "invalid", "verify"]
