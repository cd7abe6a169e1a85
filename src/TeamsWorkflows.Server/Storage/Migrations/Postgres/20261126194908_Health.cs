using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TeamsWorkflows.Server.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Health : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Cases_ConnectionId_Cause",
                table: "Cases");

            migrationBuilder.AddColumn<long>(
                name: "ReviewAt",
                table: "Consents",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "CertificateThumbprint",
                table: "Connections",
                type: "character varying(64)",
                maxLength: 64,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "Suspicion",
                table: "Connections",
                type: "character varying(32)",
                maxLength: 32,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Cause",
                table: "ConnectionEvents",
                type: "character varying(32)",
                maxLength: 32,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "From",
                table: "ConnectionEvents",
                type: "character varying(32)",
                maxLength: 32,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "To",
                table: "ConnectionEvents",
                type: "character varying(32)",
                maxLength: 32,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Class",
                table: "Cases",
                type: "character varying(64)",
                maxLength: 64,
                nullable: false,
                defaultValue: "",
                collation: "C");

            migrationBuilder.CreateTable(
                name: "CaseConnections",
                columns: table => new
                {
                    CaseId = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false, collation: "C"),
                    ConnectionId = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CaseConnections", x => new { x.CaseId, x.ConnectionId });
                    table.ForeignKey(
                        name: "FK_CaseConnections_Cases_CaseId",
                        column: x => x.CaseId,
                        principalTable: "Cases",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "ExpiryNotices",
                columns: table => new
                {
                    ConnectionId = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false, collation: "C"),
                    Kind = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    EndsAt = table.Column<long>(type: "bigint", nullable: false),
                    Days = table.Column<int>(type: "integer", nullable: false),
                    ToldAt = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ExpiryNotices", x => new { x.ConnectionId, x.Kind, x.EndsAt, x.Days });
                });

            migrationBuilder.CreateIndex(
                name: "IX_Cases_ConnectionId_Cause_Class",
                table: "Cases",
                columns: new[] { "ConnectionId", "Cause", "Class" },
                unique: true,
                filter: "\"ClosedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Acquisitions_Result_At",
                table: "Acquisitions",
                columns: new[] { "Result", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_CaseConnections_ConnectionId",
                table: "CaseConnections",
                column: "ConnectionId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "CaseConnections");

            migrationBuilder.DropTable(
                name: "ExpiryNotices");

            migrationBuilder.DropIndex(
                name: "IX_Cases_ConnectionId_Cause_Class",
                table: "Cases");

            migrationBuilder.DropIndex(
                name: "IX_Acquisitions_Result_At",
                table: "Acquisitions");

            migrationBuilder.DropColumn(
                name: "ReviewAt",
                table: "Consents");

            migrationBuilder.DropColumn(
                name: "CertificateThumbprint",
                table: "Connections");

            migrationBuilder.DropColumn(
                name: "Suspicion",
                table: "Connections");

            migrationBuilder.DropColumn(
                name: "Cause",
                table: "ConnectionEvents");

            migrationBuilder.DropColumn(
                name: "From",
                table: "ConnectionEvents");

            migrationBuilder.DropColumn(
                name: "To",
                table: "ConnectionEvents");

            migrationBuilder.DropColumn(
                name: "Class",
                table: "Cases");

            migrationBuilder.CreateIndex(
                name: "IX_Cases_ConnectionId_Cause",
                table: "Cases",
                columns: new[] { "ConnectionId", "Cause" },
                unique: true,
                filter: "\"ClosedAt\" IS NULL");
        }
    }
}
