using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TeamsWorkflows.Server.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Connections : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "AccountKind",
                table: "Connections",
                type: "TEXT",
                maxLength: 32,
                nullable: false,
                defaultValue: "ServiceAccount");

            migrationBuilder.AddColumn<string>(
                name: "CertificateFile",
                table: "Connections",
                type: "TEXT",
                maxLength: 1000,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Environment",
                table: "Connections",
                type: "TEXT",
                maxLength: 64,
                nullable: false,
                defaultValue: "production");

            migrationBuilder.AddColumn<string>(
                name: "Origin",
                table: "Connections",
                type: "TEXT",
                maxLength: 32,
                nullable: false,
                defaultValue: "Configuration");

            migrationBuilder.AddColumn<string>(
                name: "RegistrationOwner",
                table: "Connections",
                type: "TEXT",
                maxLength: 320,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "SecretExpiresAt",
                table: "Connections",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Runbook",
                table: "Cases",
                type: "TEXT",
                maxLength: 100,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "Acquisitions",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    ConnectionId = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false),
                    Result = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Class = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    Code = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    DurationMs = table.Column<double>(type: "REAL", nullable: false),
                    ExpiresAt = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Acquisitions", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "ConnectionEvents",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    ConnectionId = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Change = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    Actor = table.Column<string>(type: "TEXT", maxLength: 320, nullable: false),
                    Note = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ConnectionEvents", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Consents",
                columns: table => new
                {
                    ConnectionId = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    GrantedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    GrantedBy = table.Column<string>(type: "TEXT", maxLength: 320, nullable: false),
                    Scopes = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: false),
                    RecordedBy = table.Column<string>(type: "TEXT", maxLength: 320, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Consents", x => new { x.ConnectionId, x.GrantedAt });
                });

            migrationBuilder.CreateTable(
                name: "GuidedAnswers",
                columns: table => new
                {
                    CaseId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Number = table.Column<int>(type: "INTEGER", nullable: false),
                    IsUnauthorized = table.Column<bool>(type: "INTEGER", nullable: true),
                    FreshSignInHelps = table.Column<bool>(type: "INTEGER", nullable: true),
                    OnlyAfterIdleTime = table.Column<bool>(type: "INTEGER", nullable: true),
                    Actor = table.Column<string>(type: "TEXT", maxLength: 320, nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_GuidedAnswers", x => new { x.CaseId, x.Number });
                });

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_ConnectionId_CreatedAt",
                table: "Deliveries",
                columns: new[] { "ConnectionId", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_Acquisitions_ConnectionId_At",
                table: "Acquisitions",
                columns: new[] { "ConnectionId", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_ConnectionEvents_ConnectionId_At",
                table: "ConnectionEvents",
                columns: new[] { "ConnectionId", "At" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Acquisitions");

            migrationBuilder.DropTable(
                name: "ConnectionEvents");

            migrationBuilder.DropTable(
                name: "Consents");

            migrationBuilder.DropTable(
                name: "GuidedAnswers");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_ConnectionId_CreatedAt",
                table: "Deliveries");

            migrationBuilder.DropColumn(
                name: "AccountKind",
                table: "Connections");

            migrationBuilder.DropColumn(
                name: "CertificateFile",
                table: "Connections");

            migrationBuilder.DropColumn(
                name: "Environment",
                table: "Connections");

            migrationBuilder.DropColumn(
                name: "Origin",
                table: "Connections");

            migrationBuilder.DropColumn(
                name: "RegistrationOwner",
                table: "Connections");

            migrationBuilder.DropColumn(
                name: "SecretExpiresAt",
                table: "Connections");

            migrationBuilder.DropColumn(
                name: "Runbook",
                table: "Cases");
        }
    }
}
